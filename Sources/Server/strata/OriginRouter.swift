internal import Domain
internal import FunctionExecution
internal import Gateway
internal import Glibc
internal import HTTP

/// The HTTP server's handler: routes requests of runtimes to the runtime API, and all others to the gateway.
struct OriginRouter<RuntimeAPI: HTTPHandler>: HTTPHandler {
    let gateway: Gateway
    let runtimeAPI: RuntimeAPI

    func needsPreparation(for exchange: HTTPExchange) -> Bool { handler(exchange).needsPreparation(for: exchange) }

    func bodyLimitBytes(for exchange: HTTPExchange) -> Int { handler(exchange).bodyLimitBytes(for: exchange) }

    func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse {
        handler(exchange).responseForLargeBody(exchange)
    }

    func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? { handler(exchange).bodySink(for: exchange) }

    func respond(to exchange: HTTPExchange) -> HTTPResponse? { handler(exchange).respond(to: exchange) }

    func didRespond(to exchange: HTTPExchange, status: Int) {
        handler(exchange).didRespond(to: exchange, status: status)
    }

    private func handler(_ exchange: HTTPExchange) -> any HTTPHandler {
        EnvironmentOrigin(number: exchange.origin).isRuntimeAPI ? runtimeAPI : gateway
    }
}

extension HTTPServer.Limits {
    /// One thread for two processors, because clients and functions need the others; where there is only one, it leaves
    /// that to them at once. An environment has a few connections to the runtime API, of which a runtime uses one, and
    /// may hold the body of the response that it sends and one more. Each environment has its own share and cannot use
    /// up the others'.
    static var ofServer: HTTPServer.Limits {
        var limits = HTTPServer.Limits()
        let processorCount = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        limits.threads = UInt32(max(1, processorCount / 2))
        if processorCount == 1 { (limits.shortestSpinMicroseconds, limits.longestSpinMicroseconds) = (0, 0) }
        limits.idleTimeoutSeconds = idleSeconds
        limits.secondaryOrigins.connectionsPerOrigin = 16
        limits.secondaryOrigins.sharedConnections = 16 * LambdaLimits.concurrentExecutions
        limits.secondaryOrigins.bodyBytesPerOrigin = 2 * LambdaLimits.synchronousPayloadBytes
        limits.secondaryOrigins.totalBodyBytes =
            LambdaLimits.concurrentExecutions * limits.secondaryOrigins.bodyBytesPerOrigin
        return limits
    }

    /// Idle connections are closed, because their number is limited. A runtime sends nothing while its handler works,
    /// so its connection outlasts the longest function timeout.
    private static let idleSeconds = UInt32(LambdaLimits.timeoutSeconds.upperBound + 300)
}
