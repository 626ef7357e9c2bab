internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Scheduler
internal import Synchronization

extension EnvironmentPool: RuntimeAPIEnvironments {
    func next(origin: UInt32, _ exchange: HTTPExchange) -> HTTPResponse? {
        guard let environment = environment(origin) else { return HTTPResponse(status: 410) }
        let (answer, first) = environment.next(exchange)
        if let first { markStarted(environment, first) } else if environment.takeReadiness() { markReady(environment) }
        return answer
    }

    func finish(origin: UInt32, requestID: String, _ result: Result<[UInt8], RuntimeFault>) -> Bool {
        guard let environment = environment(origin),
            let (completion, timer) = environment.finish(requestID: requestID, result)
        else { return false }
        if let timer { loop.cancel(timer) }
        // Idle before the client has its answer: a client that calls again at once finds this environment.
        let actions = state.withLock { state in
            take(
                state.scheduler.environmentFinished(environment.id, nowNanoseconds: MonotonicClock.nowNanoseconds()),
                &state)
        }
        completion.invocation.complete(completion.result)
        perform(actions)
        freezer.noteIdle(environment)
        return true
    }

    func beginResponse(origin: UInt32, requestID: String, contentType: String?) -> (any StreamedResponse)? {
        guard let invocation = environment(origin)?.invocation(requestID: requestID) else { return nil }
        guard let stream = invocation.stream else {
            return GatheredResponse(limitBytes: LambdaLimits.synchronousPayloadBytes)
        }
        stream.begin(contentType: contentType, version: invocation.revision.version)
        return RelayedResponse(to: stream)
    }

    func initFailed(origin: UInt32, _ fault: RuntimeFault) {
        environment(origin)?.kill(.initFailed(fault))
    }

    func environment(_ origin: UInt32) -> ExecutionEnvironment? {
        let number = EnvironmentOrigin(number: origin).environment
        return state.withLock { $0.environments[EnvironmentID(number: number)] }
    }

    /// The init phase is over: the function's own time-out counts from here.
    private func markStarted(_ environment: ExecutionEnvironment, _ invocation: Invocation) {
        _ = state.withLock {
            $0.scheduler.environmentStarted(environment.id, nowNanoseconds: MonotonicClock.nowNanoseconds())
        }
        let timer = timer(for: invocation, in: environment, seconds: invocation.revision.timeoutSeconds)
        if let needless = environment.replaceTimer(of: invocation.requestID, by: timer) { loop.cancel(needless) }
    }
}
