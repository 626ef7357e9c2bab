internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Synchronization

/// Freezes environments that have been idle for a short while: what a handler has left running stops until the next
/// invocation, as on Lambda ("Lambda execution environment lifecycle" in the Lambda developer guide).
///
/// Freezing costs a message to the sandbox's first process, and so does thawing; a client that calls again at once
/// shall not pay for either. So nothing is done when an invocation ends but to make sure that a sweep comes, which also
/// writes the logs of what ended since the last one.
final class IdleFreezer: Sendable {
    private struct State {
        var candidates: [ExecutionEnvironment] = []
        var isSweepPlanned = false
    }

    private let loop: EventLoop
    private let state = Mutex(State())

    /// How long an environment stays thawed after its last invocation.
    private static let patienceNanoseconds: UInt64 = 50_000_000

    init(loop: EventLoop) { self.loop = loop }

    /// An environment has become idle.
    func noteIdle(_ environment: ExecutionEnvironment) {
        guard environment.beginFreezeWatch() else { return }
        let mustPlan = state.withLock { state in
            state.candidates.append(environment)
            defer { state.isSweepPlanned = true }
            return !state.isSweepPlanned
        }
        if mustPlan { plan() }
    }

    private func plan() {
        let deadline = MonotonicClock.nowNanoseconds() + Self.patienceNanoseconds
        _ = loop.schedule(atNanoseconds: deadline) { [weak self] in self?.sweep() }
    }

    private func sweep() {
        let candidates = state.withLock { state in
            defer { state.candidates = [] }
            return state.candidates
        }
        let before = MonotonicClock.nowNanoseconds() - Self.patienceNanoseconds
        let remaining = candidates.filter { !$0.freeze(ifIdleSince: before) }
        let goesOn = state.withLock { state in
            state.candidates += remaining
            state.isSweepPlanned = !state.candidates.isEmpty
            return state.isSweepPlanned
        }
        if goesOn { plan() }
    }
}

extension ExecutionEnvironment {
    /// Whether the freezer has to be told of this environment; `false` when it watches already.
    func beginFreezeWatch() -> Bool {
        state.withLock { state in
            defer { state.isFreezeWatched = true }
            return !state.isFreezeWatched
        }
    }

    /// Writes its log, and freezes everything in the environment if it has been idle since a moment, or longer.
    ///
    /// - Returns: whether the freezer is done with it: it is frozen, or it ends.
    func freeze(ifIdleSince moment: UInt64) -> Bool {
        state.withLock { state in
            flushLog(&state)
            guard !state.isGone, state.ending == nil else { return true }
            // A runtime that has not asked for more yet is still at work.
            guard state.invocation == nil, state.session.isWaiting, state.idleSinceNanoseconds <= moment else {
                return false
            }
            state.isFreezeWatched = false
            state.telemetry.channels.forEach { $0.hold() }
            state.isFrozen = state.sandbox?.freeze() ?? false
            return true
        }
    }

    /// Lets a frozen environment go on. Under the lock.
    func thaw(_ state: inout State) {
        guard state.isFrozen else { return }
        _ = state.sandbox?.thaw()
        state.isFrozen = false
        state.telemetry.channels.forEach { $0.goOn() }
    }
}
