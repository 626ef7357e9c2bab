internal import Domain
internal import FunctionExecution
internal import Gateway
internal import Glibc
internal import HTTP

/// What the one HTTP server calls: routes requests of runtimes to the runtime API, and all others to the gateway.
struct OriginRouter<RuntimeAPI: HTTPHandler>: HTTPHandler {
    let gateway: Gateway
    let runtimeAPI: RuntimeAPI

    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { handler(exchange).bodyLimitBytes(for: exchange) }

    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse {
        handler(exchange).responseForLargeBody(exchange)
    }

    func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? { handler(exchange).bodySink(for: exchange) }

    func respond(to exchange: HTTPExchange) -> HTTPResponse? { handler(exchange).respond(to: exchange) }

    private func handler(_ exchange: HTTPExchange) -> any HTTPHandler {
        EnvironmentOrigin(number: exchange.origin).isRuntimeAPI ? runtimeAPI : gateway
    }
}

extension HTTPServer.Limits {
    /// One thread for two processors, for clients and functions need the others; and what one environment may hold of
    /// the runtime API: some connections, for a runtime uses one, and the answer that it sends. Each environment has a
    /// share of its own, so none can take the others'.
    static var ofServer: HTTPServer.Limits {
        var limits = HTTPServer.Limits()
        limits.threads = UInt32(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2))
        limits.idleTimeoutSeconds = idleSeconds
        limits.secondaryOrigins.connectionsPerOrigin = 16
        limits.secondaryOrigins.sharedConnections = 16 * LambdaLimits.concurrentExecutions
        limits.secondaryOrigins.bodyBytesPerOrigin = 2 * LambdaLimits.synchronousPayloadBytes
        limits.secondaryOrigins.totalBodyBytes =
            LambdaLimits.concurrentExecutions * limits.secondaryOrigins.bodyBytesPerOrigin
        return limits
    }

    /// Unused connections must not take others' places for ever. A runtime is silent for as long as its handler works,
    /// and its connection has to last.
    private static let idleSeconds = UInt32(LambdaLimits.timeoutSeconds.upperBound + 300)
}
