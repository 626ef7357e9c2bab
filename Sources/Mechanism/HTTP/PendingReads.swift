internal import Synchronization

/// Counts what has yet to be read, on several threads, and calls a closure when nothing is left.
final class PendingReads: Sendable {
    /// One more than there are, until the caller has begun all of them.
    private let left = Atomic(1)
    private let whenDone: @Sendable () -> Void

    init(whenDone: @escaping @Sendable () -> Void) { self.whenDone = whenDone }

    /// There is one more. Called by one who has not ended yet.
    func begin() { left.wrappingAdd(1, ordering: .relaxed) }

    /// One is over. The caller of ``init(whenDone:)`` ends too.
    func end() {
        if left.wrappingSubtract(1, ordering: .acquiringAndReleasing).newValue == 0 { whenDone() }
    }
}
