internal import Domain
package import HTTP
internal import LinuxSystem
package import RuntimeAPI
internal import Scheduler
internal import Synchronization

extension EnvironmentPool: RuntimeAPIEnvironments {
    /// Keeps the question of a runtime until there is work: its environment answers it.
    package func next(origin: UInt32, _ exchange: HTTPExchange) -> HTTPResponse? {
        guard let environment = environment(origin) else { return HTTPResponse(status: 410) }
        environment.handle { $0.next(exchange, at: $1) }
        return nil
    }

    /// Ends an invocation with the response of its runtime.
    package func finish(origin: UInt32, requestID: String, _ result: Result<[UInt8], RuntimeFault>) -> Bool {
        guard let environment = environment(origin) else { return false }
        return environment.handle { $0.finish(requestID: requestID, result, at: $1) }
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
        environment(origin)?.handle { $0.initFailed(fault, at: $1) }
    }

    /// Takes a request of the Extensions API: its environment answers it.
    package func serve(origin: UInt32, _ request: ExtensionRequest, _ exchange: HTTPExchange) -> HTTPResponse? {
        guard let environment = environment(origin) else { return HTTPResponse(status: 410) }
        environment.handle { $0.serve(request, exchange, newIdentifier: RequestIdentifier.make(), at: $1) }
        return nil
    }

    /// The function that runs behind a connection; `nil` when its environment is gone.
    package func revision(origin: UInt32) -> FunctionRevision? { environment(origin)?.revision }

    func environment(_ origin: UInt32) -> ExecutionEnvironment? {
        let number = EnvironmentOrigin(number: origin).environment
        return state.withLock { $0.environments[EnvironmentID(number: number)] }
    }
}
