package import LinuxSystem
internal import Synchronization

/// Carries the changes of commits to the followers that hold derived state in memory: caches, the scheduler's limits.
///
/// A store publishes the changes of a transaction once it is durable and before the call that made it is answered, so a
/// caller that has its answer never sees stale state. There are two kinds of followers. An *invalidation* drops derived
/// state: it cannot fail and must not wait. An *effect* reads the rows and applies them; it may fail, and is then
/// retried with back-off until it succeeds. A follower never fails the request whose rows are durable.
///
/// Changes of concurrent commits may be published in either order: followers read the current rows and do not rely on
/// the content of a change.
package final class ChangeFeed<Change: Hashable & Sendable>: Sendable {
    /// Drops the state that a change makes stale.
    package typealias Invalidation = @Sendable (Change) -> Void
    /// Applies the rows that a change has written.
    package typealias Effect = @Sendable (Change) throws -> Void

    private typealias Retries = EffectRetries<Change>

    private struct NamedEffect: Sendable {
        let name: String
        let apply: Effect
    }

    private struct State {
        var invalidations: [Invalidation] = []
        var effects: [NamedEffect] = []
        var retries = Retries()
        var isStopping = false
    }

    private let state = Mutex(State())
    /// Runs retries: effects may read the disk.
    private let queue: WorkQueue
    private let timers: EventLoop
    private let report: @Sendable (_ effect: String, _ error: any Error, _ attempt: Int) -> Void

    /// The delay before the first retry; each later one is twice as long.
    private static var firstDelayMilliseconds: UInt64 { 50 }
    /// The longest delay between two retries.
    private static var longestDelayMilliseconds: UInt64 { 10_000 }
    /// Retries that may be queued; more of them wait for another delay.
    private static var queueCapacity: Int { 1_024 }

    /// Makes a feed without followers.
    ///
    /// - Parameter report: called for each failure of an effect, on the thread of the commit or of the retry.
    package init(
        report: @escaping @Sendable (_ effect: String, _ error: any Error, _ attempt: Int) -> Void = { _, _, _ in }
    ) throws(SystemCallError) {
        self.report = report
        queue = try WorkQueue(name: "changes", threadCount: 1, capacity: Self.queueCapacity)
        timers = try EventLoop(name: "changes-timer")
    }

    /// Adds an invalidation. Invalidations run before effects.
    package func addInvalidation(_ invalidation: @escaping Invalidation) {
        state.withLock { $0.invalidations.append(invalidation) }
    }

    /// Adds an effect.
    ///
    /// - Parameter name: its name in reports.
    package func addEffect(named name: String, _ effect: @escaping Effect) {
        state.withLock { $0.effects.append(NamedEffect(name: name, apply: effect)) }
    }

    /// Runs all followers for the changes of one commit. Returns when each has run once, successfully or not.
    package func publish(_ changes: [Change]) {
        guard !changes.isEmpty else { return }
        let (invalidations, effects) = state.withLock { ($0.invalidations, $0.effects) }
        for change in changes { for invalidation in invalidations { invalidation(change) } }
        for change in changes {
            for (position, effect) in effects.enumerated() {
                run(effect, Retries.Key(effect: position, change: change))
            }
        }
    }

    /// Effects that have failed and will be retried.
    package var failedEffects: Int { state.withLock { $0.retries.count } }

    /// Ends the retries. Changes that are published later still reach every follower once.
    package func stop() {
        state.withLock { $0.isStopping = true }
        timers.stop()
        queue.close()
    }

    private func run(_ effect: NamedEffect, _ key: Retries.Key) {
        let mark = state.withLock { $0.retries.mark(of: key) }
        do {
            try effect.apply(key.change)
            state.withLock { $0.retries.didSucceed(key, since: mark) }
        } catch {
            report(effect.name, error, 1)
            if let retry = state.withLock({ $0.retries.didFail(key) }) { schedule(retry) }
        }
    }

    private func schedule(_ retry: Retries.Retry) {
        let doublings = UInt64(min(retry.attempts - 1, 10))
        let delay = min(Self.firstDelayMilliseconds << doublings, Self.longestDelayMilliseconds)
        let deadline = MonotonicClock.nowNanoseconds() + delay * 1_000_000
        _ = timers.schedule(atNanoseconds: deadline) { [weak self] in
            guard let self else { return }
            // The queue is full: the retry waits for another delay.
            let isQueued = queue.submit { self.run(retry) }
            if !isQueued { schedule(retry) }
        }
    }

    private func run(_ retry: Retries.Retry) {
        let start = state.withLock { state -> (effect: NamedEffect, mark: Retries.Mark)? in
            guard !state.isStopping, let mark = state.retries.mark(of: retry) else { return nil }
            return (state.effects[retry.key.effect], mark)
        }
        guard let (effect, mark) = start else { return }
        do {
            try effect.apply(retry.key.change)
            if let next = state.withLock({ $0.retries.didSucceed(retry, since: mark) }) { schedule(next) }
        } catch {
            report(effect.name, error, retry.attempts + 1)
            if let next = state.withLock({ $0.retries.didFail(retry) }) { schedule(next) }
        }
    }
}
