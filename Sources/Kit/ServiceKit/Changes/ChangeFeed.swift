package import LinuxSystem
internal import Synchronization

/// Tells what commits have changed to those who keep something in memory because of it.
///
/// A store publishes the changes of a transaction once it is durable and before the call that made it is answered, so a
/// caller who has its answer never meets stale state. Two kinds of followers exist. An *invalidation* forgets something
/// in memory: it cannot fail and must not wait. An *effect* reads the new state and has something keep it; it may fail,
/// and is then retried with back-off until it succeeds. A follower never fails the request whose rows are durable.
///
/// Changes of concurrent commits may be published in either order: followers look at the state as it is and not at what
/// the change says about it.
package final class ChangeFeed<Change: Hashable & Sendable>: Sendable {
    /// Forgets what a change makes stale.
    package typealias Invalidation = @Sendable (Change) -> Void
    /// Has something keep the state that a change has made.
    package typealias Effect = @Sendable (Change) throws -> Void

    private struct State {
        var invalidations: [Invalidation] = []
        var effects: [(name: String, effect: Effect)] = []
        /// Effects that have failed, by their position and change, with how often.
        var failed: [Failure: Int] = [:]
        var isStopping = false
    }

    private struct Failure: Hashable {
        let position: Int
        let change: Change
    }

    private let state = Mutex(State())
    private let retries: WorkQueue
    private let loop: EventLoop
    private let report: @Sendable (_ effect: String, _ error: any Error, _ attempt: Int) -> Void

    /// The first retry comes after this time; each later one after twice as long.
    private static var firstDelayMilliseconds: UInt64 { 50 }
    /// The longest time between two retries.
    private static var longestDelayMilliseconds: UInt64 { 10_000 }

    /// Makes a feed without followers.
    ///
    /// - Parameter report: learns of each failure of an effect; called on the thread of the commit or of the retry.
    package init(
        report: @escaping @Sendable (_ effect: String, _ error: any Error, _ attempt: Int) -> Void = { _, _, _ in }
    ) throws(SystemCallError) {
        self.report = report
        retries = try WorkQueue(name: "changes", threadCount: 1, capacity: 1_024)
        loop = try EventLoop(name: "changes-timer")
    }

    /// Adds an invalidation. Invalidations run before effects.
    package func invalidate(_ invalidation: @escaping Invalidation) {
        state.withLock { $0.invalidations.append(invalidation) }
    }

    /// Adds an effect.
    ///
    /// - Parameter name: what reports call it.
    package func perform(_ name: String, _ effect: @escaping Effect) {
        state.withLock { $0.effects.append((name, effect)) }
    }

    /// Tells all followers of the changes of one commit. Returns when they have acted, or failed for the first time.
    package func publish(_ changes: [Change]) {
        guard !changes.isEmpty else { return }
        let (invalidations, effects) = state.withLock { ($0.invalidations, $0.effects) }
        for change in changes { for invalidation in invalidations { invalidation(change) } }
        for change in changes {
            for (position, follower) in effects.enumerated() {
                run(follower, Failure(position: position, change: change), attempt: 1)
            }
        }
    }

    /// Effects that have failed and will be retried.
    package var failedEffects: Int { state.withLock { $0.failed.count } }

    /// Ends the retries.
    package func stop() {
        state.withLock { $0.isStopping = true }
        retries.close()
        loop.stop()
    }

    private func run(_ follower: (name: String, effect: Effect), _ failure: Failure, attempt: Int) {
        do {
            try follower.effect(failure.change)
            state.withLock { $0.failed[failure] = nil }
        } catch {
            report(follower.name, error, attempt)
            let isNew = state.withLock { state in
                defer { state.failed[failure] = attempt }
                // A later commit of the same change finds a retry under way.
                return state.failed[failure].map { $0 < attempt } ?? true
            }
            if isNew { retry(failure, after: attempt) }
        }
    }

    private func retry(_ failure: Failure, after attempt: Int) {
        let delay = min(Self.firstDelayMilliseconds << UInt64(min(attempt - 1, 10)), Self.longestDelayMilliseconds)
        let deadline = MonotonicClock.nowNanoseconds() + delay * 1_000_000
        _ = loop.schedule(atNanoseconds: deadline) { [weak self] in
            guard let self else { return }
            // More failures than fit into the queue wait for another turn.
            if !retries.submit({ self.runAgain(failure) }) { retry(failure, after: attempt) }
        }
    }

    private func runAgain(_ failure: Failure) {
        let follower = state.withLock { state in
            state.isStopping || state.failed[failure] == nil ? nil : state.effects[failure.position]
        }
        let attempt = state.withLock { $0.failed[failure] ?? 0 }
        if let follower { run(follower, failure, attempt: attempt + 1) }
    }
}
