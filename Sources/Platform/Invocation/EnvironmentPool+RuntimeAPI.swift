internal import Synchronization
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Scheduler

extension EnvironmentPool: RuntimeAPIEnvironments {
    func next(origin: UInt32, _ exchange: HTTPExchange) -> HTTPResponse? {
        guard let environment = environment(origin) else { return HTTPResponse(status: 410) }
        switch environment.next(exchange) {
        case .now(let response, let isFirst):
            if isFirst { markStarted(environment) }
            return response
        case .later(let isFirst):
            if isFirst { markStarted(environment) }
            return nil
        }
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

    func initFailed(origin: UInt32, _ fault: RuntimeFault) {
        environment(origin)?.kill(.initFailed(fault))
    }

    func environment(_ origin: UInt32) -> ExecutionEnvironment? {
        state.withLock { $0.environments[EnvironmentID(number: origin)] }
    }

    /// The init phase is over: the function's own time-out counts from here.
    private func markStarted(_ environment: ExecutionEnvironment) {
        _ = state.withLock { $0.scheduler.environmentStarted(environment.id) }
        let timer = timer(for: environment, seconds: environment.revision.timeoutSeconds)
        if let replaced = environment.replaceTimer(by: timer) { loop.cancel(replaced) }
    }
}
