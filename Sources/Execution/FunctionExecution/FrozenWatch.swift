internal import Sandbox
internal import Synchronization

/// Watches that a frozen environment stays frozen.
///
/// Programs are stopped by a signal, and another signal continues them: that of a timer that a program set before, or
/// of a process that was being stopped. They are stopped again, and an environment that goes on doing so is ended. No
/// thread that an invocation waits for reads anything for that.
final class FrozenWatch: Sendable {
    private struct State {
        var token: ReactorToken?
        var delayNanoseconds = FrozenWatch.shortestNanoseconds
        var continuations = 0
        var isCancelled = false
    }

    private let sandbox: any RunningSandbox
    private let reactor: any Reactor
    private let didEnd: @Sendable () -> Void
    private let state = Mutex(State())

    /// An honest program is seen to run once at most: while it is being stopped.
    private static let continuationLimit = 4
    private static let shortestNanoseconds: UInt64 = 50_000_000
    /// An environment that has stayed frozen costs a look each half minute.
    private static let longestNanoseconds: UInt64 = 30_000_000_000

    /// Begins to watch.
    ///
    /// - Parameter didEnd: called when the environment was killed.
    init(_ sandbox: any RunningSandbox, reactor: any Reactor, didEnd: @escaping @Sendable () -> Void) {
        self.sandbox = sandbox
        self.reactor = reactor
        self.didEnd = didEnd
        state.withLock { schedule(&$0) }
    }

    /// Ends it. Nothing is stopped any more when this returns.
    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            if let token = state.token { reactor.cancel(token) }
        }
    }

    private func schedule(_ state: inout State) {
        guard !state.isCancelled else { return }
        state.token = reactor.schedule(atNanoseconds: reactor.now().nanoseconds + state.delayNanoseconds) {
            [weak self] in
            guard let self, !reactor.submitMeasuring({ self.look() }) else { return }
            self.state.withLock { self.schedule(&$0) }
        }
    }

    /// On the reactor's thread for measuring: a function can have a thousand processes.
    private func look() {
        let isActive = sandbox.hasActivePrograms()
        let isOver = state.withLock { state -> Bool in
            guard !state.isCancelled else { return false }
            state.delayNanoseconds =
                isActive ? Self.shortestNanoseconds : min(4 * state.delayNanoseconds, Self.longestNanoseconds)
            if isActive {
                state.continuations += 1
                guard state.continuations < Self.continuationLimit else {
                    sandbox.kill()
                    return true
                }
                _ = sandbox.freeze()
            }
            schedule(&state)
            return false
        }
        if isOver { didEnd() }
    }
}
