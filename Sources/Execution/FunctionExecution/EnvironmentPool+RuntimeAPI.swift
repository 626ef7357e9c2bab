internal import Domain
package import HTTP
internal import LinuxSystem
package import RuntimeAPI
internal import Scheduler
internal import Synchronization

extension EnvironmentPool: RuntimeAPIEnvironments {
    /// Answers `GET /next`, or keeps the exchange until there is work.
    package func next(origin: UInt32, _ exchange: HTTPExchange) -> HTTPResponse? {
        guard let environment = environment(origin) else { return HTTPResponse(status: 410) }
        let (answer, aftermath) = environment.next(exchange)
        settle(environment, aftermath)
        return answer
    }

    /// Ends an invocation with the response of its runtime.
    package func finish(origin: UInt32, requestID: String, _ result: Result<[UInt8], RuntimeFault>) -> Bool {
        guard let environment = environment(origin),
            let aftermath = environment.finish(requestID: requestID, result)
        else { return false }
        settle(environment, aftermath)
        return true
    }

    /// Begins to take a streamed response.
    package func beginResponse(origin: UInt32, requestID: String, contentType: String?) -> (any StreamedResponse)? {
        guard let invocation = environment(origin)?.invocation(requestID: requestID) else { return nil }
        guard let stream = invocation.stream else {
            return GatheredResponse(limitBytes: LambdaLimits.synchronousPayloadBytes)
        }
        stream.begin(contentType: contentType, version: invocation.revision.version)
        return RelayedResponse(to: stream)
    }

    /// Fails the init phase of an environment.
    package func initFailed(origin: UInt32, _ fault: RuntimeFault) {
        guard let environment = environment(origin) else { return }
        settle(environment, environment.initFailed(fault))
    }

    /// Answers a request of the Extensions API.
    package func serve(origin: UInt32, _ request: ExtensionRequest, _ exchange: HTTPExchange) -> HTTPResponse? {
        guard let environment = environment(origin) else { return HTTPResponse(status: 410) }
        let (answer, aftermath) = environment.serve(request, exchange)
        settle(environment, aftermath)
        return answer
    }

    /// The function that runs behind a connection; `nil` when its environment is gone.
    package func revision(origin: UInt32) -> FunctionRevision? { environment(origin)?.revision }

    func environment(_ origin: UInt32) -> ExecutionEnvironment? {
        let number = EnvironmentOrigin(number: origin).environment
        return state.withLock { $0.environments[EnvironmentID(number: number)] }
    }
}
