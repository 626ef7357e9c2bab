internal import AWSProtocol
internal import Domain
package import HTTP
internal import LinuxSystem
package import ServiceKit
internal import Synchronization

/// The HTTP edge: finds out who calls and which service is meant, has the service answer, and names no service itself.
///
/// Data-plane requests that need not wait are answered on the HTTP server's own threads. Every other call may write to
/// disk and goes to a small work queue.
package final class Gateway: HTTPHandler {
    let registry: ServiceRegistry
    let defaults: GatewayDefaults
    let version: String
    /// Verifies signatures; `nil` where requests need not be signed.
    let authenticator: Authenticator?
    /// Reads what unsigned requests claim.
    let claims: Authenticator
    let workQueue: WorkQueue
    let pages: [String: Page]
    let callerBehind: @Sendable (_ origin: UInt32) -> Caller?
    private let stopping = Mutex(false)

    /// Calls that may wait; beyond it a caller is told to come again.
    private static let backlog = 1024

    /// Makes the edge of some services.
    ///
    /// - Parameters:
    ///   - requiresSignatures: whether callers have to sign with a key that is known here.
    ///   - callsAtOnce: the threads for calls that may wait. More than the calls that may last, such as those that read
    ///     from another server, so that these do not hold up the others.
    ///   - callerBehind: the function whose execution environment opened a connection, by the connection's origin;
    ///     `nil` when the environment is gone.
    package init(
        registry: ServiceRegistry, authenticator: Authenticator, requiresSignatures: Bool, defaults: GatewayDefaults,
        version: String, callsAtOnce: Int, callerBehind: @escaping @Sendable (_ origin: UInt32) -> Caller?
    ) throws {
        self.registry = registry
        self.defaults = defaults
        self.version = version
        self.callerBehind = callerBehind
        self.authenticator = requiresSignatures ? authenticator : nil
        claims = authenticator
        pages = Self.pages(of: registry)
        workQueue = try WorkQueue(name: "control", threadCount: callsAtOnce, capacity: Self.backlog)
    }

    /// Lets the calls that were accepted end, and refuses new ones.
    package func stop() {
        stopping.withLock { $0 = true }
        workQueue.close()
    }

    /// Whether the server is about to end.
    var isStopping: Bool { stopping.withLock { $0 } }

    /// Answers one request: at once, or when its use case is done.
    package func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        let isFunction = exchange.origin != 0
        guard isFunction || isFromProgram(exchange) else { return Self.refusedBrowser }
        let target = RequestTarget(exchange.target)
        if target.path.hasPrefix("/_strata") {
            guard !isFunction else { return Self.refusedFunction }
            return target.path == "/_strata/health" ? healthPage() : operatorPage(target, exchange)
        }
        // Found out now, not when the call's turn comes: its environment may be gone by then.
        let function = isFunction ? callerBehind(exchange.origin) : nil
        if let route = registry.dataPlaneRoute(for: target, method: exchange.method) {
            return respond(to: exchange, target, by: route, function)
        }
        if isFunction, function == nil { return Self.refusedRemains }
        return submit(exchange, of: scope(exchange).service) {
            self.admitted(exchange, target, function, for: nil) { self.answer(exchange, target, $0) }
        }
    }

    /// Takes the body of a data-plane request piece by piece, where its route does.
    package func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? {
        let target = RequestTarget(exchange.target)
        guard let sink = registry.dataPlaneRoute(for: target, method: exchange.method)?.bodySink,
            let context = contextBeforeBody(exchange)
        else { return nil }
        return sink(exchange, context)
    }

    private func respond(
        to exchange: HTTPExchange, _ target: RequestTarget, by route: DataPlaneRoute, _ function: Caller?
    ) -> HTTPResponse? {
        switch route.authentication {
        case .bearer:
            let context = context(of: Caller(account: defaults.account), defaults.region, exchange)
            return run(exchange, route) { route.respond(exchange, context) }
        case .caller(let name):
            if exchange.origin != 0, function == nil { return Self.refusedRemains }
            return run(exchange, route) {
                self.admitted(exchange, target, function, for: name) { route.respond(exchange, $0.context) }
            }
        }
    }

    private func run(
        _ exchange: HTTPExchange, _ route: DataPlaneRoute, _ respond: @escaping @Sendable () -> HTTPResponse?
    ) -> HTTPResponse? {
        switch route.executor {
        case .servingThread: respond()
        case .workQueue: submit(exchange, of: scope(exchange).service, respond)
        }
    }

    /// Has a thread that may wait make the answer.
    private func submit(
        _ exchange: HTTPExchange, of service: String, _ respond: @escaping @Sendable () -> HTTPResponse?
    ) -> HTTPResponse? {
        let isAccepted = workQueue.submit {
            if let answer = respond() { exchange.respond(answer) }
        }
        return isAccepted ? nil : registry.response(Self.busy, of: service)
    }

    /// Decodes, calls and encodes one control-plane call.
    private func answer(_ exchange: HTTPExchange, _ target: RequestTarget, _ admission: Admission) -> HTTPResponse {
        guard let api = registry[admission.service] else {
            return UnknownService(name: admission.service, known: registry.names).response
        }
        let requestID = RequestIdentifier.make()
        let request = AWSRequest(
            method: exchange.method, rawPath: String(target.path), rawQuery: String(target.query),
            headers: exchange.headers().map { AWSHeader($0.name, $0.value) }, body: exchange.body,
            requestID: requestID)
        return api.respond(to: request, context: admission.context).http(requestID: requestID)
    }
}

extension Gateway {
    private static let refusedBrowser = HTTPResponse(
        status: 403, contentType: "application/json",
        text:
            #"{"message":"Requests of web pages are refused. Call from a program, by an address or as localhost."}"#
    )

    private static let refusedFunction = HTTPResponse(
        status: 403, contentType: "application/json", text: #"{"message":"Functions may not see the server's pages."}"#)

    private static let refusedRemains = HTTPResponse(
        status: 403, contentType: "application/json",
        text: #"{"message":"The execution environment of this function has ended."}"#)

    static let busy = AWSError(
        "TooManyRequestsException", status: 429,
        message: "The server has too many calls to answer at once; call again in a moment.", fault: .user,
        retryAfterSeconds: 1)
}
