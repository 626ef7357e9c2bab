internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Scheduler
internal import Synchronization

extension EnvironmentPool {
    /// Does what follows from something that happened in an environment. Without any lock.
    func settle(_ environment: ExecutionEnvironment, _ aftermath: Aftermath) {
        if let timer = aftermath.needlessTimer { loop.cancel(timer) }
        if let started = aftermath.started { markStarted(environment, started) }
        // Idle before the client has its answer: a client that calls again at once finds this environment.
        let actions = aftermath.isIdle ? markIdle(environment) : []
        if aftermath.isReady { markReady(environment) }
        if aftermath.isLeaving { leave(environment) }
        if let completion = aftermath.completion { completion.invocation.complete(completion.result) }
        for (exchange, response) in aftermath.answers { exchange.respond(response) }
        perform(actions)
        if aftermath.isIdle { freezer.noteIdle(environment) }
        if let (stage, milliseconds) = aftermath.shutdownStage { limit(stage, of: environment, milliseconds) }
        if let requestID = aftermath.unsentRequest { limitWait(for: requestID, in: environment) }
        aftermath.doomed?.kill()
    }

    /// Sends an answer that is there, should extensions take longer than a caller would notice.
    private func limitWait(for requestID: String, in environment: ExecutionEnvironment) {
        let deadline = MonotonicClock.nowNanoseconds() + Self.answerPatienceNanoseconds
        _ = loop.schedule(atNanoseconds: deadline) { [weak self] in
            self?.settle(environment, environment.sendAnswer(of: requestID))
        }
    }

    /// How long an answer waits for extensions to ask for more: less than a caller of AWS waits for the network. A
    /// caller that calls again at once then finds the environment idle, unless its extensions really work on.
    private static let answerPatienceNanoseconds: UInt64 = 10_000_000

    private func markIdle(_ environment: ExecutionEnvironment) -> [Action] {
        state.withLock { state in
            take(
                state.scheduler.environmentFinished(environment.id, nowNanoseconds: MonotonicClock.nowNanoseconds()),
                &state)
        }
    }

    /// The init phase is over: the function's own time-out counts from here.
    private func markStarted(_ environment: ExecutionEnvironment, _ invocation: Invocation) {
        _ = state.withLock {
            $0.scheduler.environmentStarted(environment.id, nowNanoseconds: MonotonicClock.nowNanoseconds())
        }
        limit(invocation, in: environment)
    }

    private func limit(_ invocation: Invocation, in environment: ExecutionEnvironment) {
        let timer = timer(for: invocation, in: environment, seconds: invocation.revision.timeoutSeconds)
        if let needless = environment.replaceTimer(of: invocation.requestID, by: timer) { loop.cancel(needless) }
    }

    /// The environment runs nothing any more. Who waits for its invocation's place need not wait for its extensions.
    private func leave(_ environment: ExecutionEnvironment) {
        let actions = state.withLock { state in
            take(
                state.scheduler.environmentLeaving(
                    environment.id, nowNanoseconds: MonotonicClock.nowNanoseconds()
                ).actions, &state)
        }
        perform(actions)
    }

    /// Ends an init phase that takes too long.
    func limitInit(of environment: ExecutionEnvironment, beginNanoseconds: UInt64) {
        let seconds = environment.isProvisioned ? LambdaLimits.provisionedInitSeconds : LambdaLimits.initSeconds
        let deadline = beginNanoseconds + UInt64(seconds) * 1_000_000_000
        let timer = loop.schedule(atNanoseconds: deadline) { [weak self] in
            self?.settle(environment, environment.expireInit())
        }
        if !environment.keepInitTimer(timer) { loop.cancel(timer) }
    }

    private func limit(_ stage: ShutdownSequence.Stage, of environment: ExecutionEnvironment, _ milliseconds: Int) {
        let deadline = MonotonicClock.nowNanoseconds() + UInt64(milliseconds) * 1_000_000
        _ = loop.schedule(atNanoseconds: deadline) { [weak self] in
            self?.settle(environment, environment.timeIsUp(in: stage))
        }
    }

    /// A sandbox has ended, and with it its environment, or only the first try of its init phase.
    func ended(_ environment: ExecutionEnvironment, _ exit: SandboxExit) {
        hangUp(environment)
        switch environment.ended(exit) {
        case .gone(let remains): end(environment, remains)
        case .restart(let invocation, let aftermath):
            settle(environment, aftermath)
            markStarted(environment, invocation)
            submitStart(environment)
        }
    }

    /// Nobody is behind its connections any more, and its next sandbox has some of its own.
    private func hangUp(_ environment: ExecutionEnvironment) {
        for isRuntimeAPI in [true, false] {
            let origin = EnvironmentOrigin(environment: environment.id.number, isRuntimeAPI: isRuntimeAPI)
            connections.hangUp(origin: origin.number)
        }
    }
}
