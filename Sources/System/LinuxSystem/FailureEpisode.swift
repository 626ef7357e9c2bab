internal import Synchronization

/// An episode of failures of one kind, so that a log tells of its begin and its end, and not of each failure.
///
/// A resource that is nearly exhausted fails now and then: an episode ends with the first success after a time without
/// a failure. Calls may come from any thread. Outside an episode a success costs one load.
public final class FailureEpisode: Sendable {
    private struct State {
        var failureCount = 0
        var lastFailureNanoseconds: UInt64 = 0
    }

    private let state = Mutex(State())
    private let isOpen = Atomic(false)
    private let quietNanoseconds: UInt64
    private let clock: @Sendable () -> UInt64

    /// Begins without an episode.
    ///
    /// - Parameters:
    ///   - quietSeconds: a success this long after the last failure ends an episode.
    ///   - clock: nanoseconds since an unspecified moment; `nil` for ``MonotonicClock``.
    public init(quietSeconds: UInt64, clock: (@Sendable () -> UInt64)? = nil) {
        quietNanoseconds = quietSeconds * 1_000_000_000
        self.clock = clock ?? { MonotonicClock.nowNanoseconds() }
    }

    /// Counts failures.
    ///
    /// - Returns: whether an episode begins with them.
    public func didFail(count: Int = 1) -> Bool {
        let now = clock()
        return state.withLock { state in
            defer { state = State(failureCount: state.failureCount + count, lastFailureNanoseconds: now) }
            isOpen.store(true, ordering: .relaxed)
            return state.failureCount == 0
        }
    }

    /// Notes a success.
    ///
    /// - Returns: where an episode ends with it, the number of all its failures.
    public func didSucceed() -> Int? {
        guard isOpen.load(ordering: .relaxed) else { return nil }
        let now = clock()
        return state.withLock { state in
            guard state.failureCount > 0, now >= state.lastFailureNanoseconds + quietNanoseconds else { return nil }
            defer { state = State() }
            isOpen.store(false, ordering: .relaxed)
            return state.failureCount
        }
    }
}
