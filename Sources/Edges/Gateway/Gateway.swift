internal import AWSProtocol
internal import Domain
package import HTTP
internal import LinuxSystem
package import ServiceKit
internal import Synchronization

/// The HTTP edge: authenticates the caller, finds the service that a request is for, and lets it answer. It names no
/// service itself.
///
/// Data-plane requests that do not block are answered on the HTTP server's threads. Every other call may write to disk
/// and goes to a small work queue.
package final class Gateway: HTTPHandler {
    let registry: ServiceRegistry
    let defaults: GatewayDefaults
    let version: String
    /// Verifies signatures; `nil` where requests need not be signed.
    let authenticator: Authenticator?
    /// Reads the identity that an unsigned request claims.
    let claims: Authenticator
    let workQueue: WorkQueue
    /// Reads the access keys for invocations, after the catalogue has changed.
    let keyQueue: WorkQueue
    let pages: [String: Page]
    let log: ServerLog
    let calls: CallLog
    let callerBehind: @Sendable (_ origin: UInt32) -> Caller?
    private let stopping = Mutex(false)

    /// Calls that may wait for a thread; more are refused with 429.
    private static let backlog = 1024

    /// Makes the edge of some services.
    ///
    /// - Parameters:
    ///   - requiresSignatures: whether requests must be signed with a key of this server.
    ///   - callsAtOnce: the threads for calls that block. More than the calls that may take long, such as those that
    ///     read from another server, so that these do not delay the others.
    ///   - callerBehind: the function whose execution environment opened a connection, by the connection's origin;
    ///     `nil` when the environment is gone.
    package init(
        registry: ServiceRegistry, authenticator: Authenticator, requiresSignatures: Bool, defaults: GatewayDefaults,
        version: String, callsAtOnce: Int, log: ServerLog,
        callerBehind: @escaping @Sendable (_ origin: UInt32) -> Caller?
    ) throws {
        self.registry = registry
        self.defaults = defaults
        self.version = version
        self.log = log.named("gateway")
        calls = CallLog(log: self.log)
        self.callerBehind = callerBehind
        self.authenticator = requiresSignatures ? authenticator : nil
        claims = authenticator
        pages = Self.pages(of: registry)
        workQueue = try WorkQueue(name: "control", threadCount: callsAtOnce, capacity: Self.backlog)
        keyQueue = try WorkQueue(name: "keys", threadCount: 1, capacity: Self.backlog)
    }

    /// Reports on the health page that the server is stopping. Calls are still answered.
    package func beginShutdown() { stopping.withLock { $0 = true } }

    /// Refuses new calls, and returns when the accepted ones have ended.
    package func stop() {
        beginShutdown()
        workQueue.close()
        keyQueue.close()
    }

    /// Whether the server is shutting down.
    var isStopping: Bool { stopping.withLock { $0 } }

    /// Responds to a request: at once, or through the exchange when its use case is done.
    package func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        let isFunction = exchange.origin != 0
        guard isFunction || isFromProgram(exchange) else { return refuseBrowser(exchange) }
        let target = RequestTarget(exchange.target)
        if target.path.hasPrefix("/_strata") {
            guard !isFunction else { return Self.refusedFunction }
            return target.path == "/_strata/health" ? healthPage() : operatorPage(target, exchange)
        }
        // Found now, not when a thread takes the call: its environment may be gone by then.
        let function = isFunction ? callerBehind(exchange.origin) : nil
        let scope = scope(exchange)
        if let route = registry.dataPlaneRoute(for: target, method: exchange.method, signedFor: scope.service) {
            return respond(to: exchange, target, scope, by: route, function)
        }
        if isFunction, function == nil { return Self.refusedEndedEnvironment }
        let arrival = calls.now()
        return submit(exchange, to: workQueue) {
            self.admitted(exchange, target, scope, function, for: nil) { self.answer(exchange, target, $0, arrival) }
        }
    }

    /// The sink of a request's body; `nil` where its route does not stream it. Short bodies are gathered: nearly all
    /// requests have one, and their route is found once, when they are complete.
    package func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? {
        guard !isShort(exchange) else { return nil }
        let target = RequestTarget(exchange.target)
        let route = registry.dataPlaneRoute(
            for: target, method: exchange.method, signedFor: scope(exchange).service)
        guard let sink = route?.bodySink, let context = contextBeforeBody(exchange)
        else { return nil }
        return sink(exchange, context)
    }

    private func respond(
        to exchange: HTTPExchange, _ target: RequestTarget, _ scope: RequestScope, by route: DataPlaneRoute,
        _ function: Caller?
    ) -> HTTPResponse? {
        switch route.authentication {
        case .bearer:
            let context = context(of: Caller(account: defaults.account), defaults.region, exchange)
            return run(exchange, route) { route.respond(exchange, context) }
        case .caller(let name):
            if exchange.origin != 0, function == nil { return Self.refusedEndedEnvironment }
            return run(exchange, route) {
                self.admitted(exchange, target, scope, function, for: name) { route.respond(exchange, $0.context) }
            }
        }
    }

    private func run(
        _ exchange: HTTPExchange, _ route: DataPlaneRoute, _ respond: @escaping @Sendable () -> HTTPResponse?
    ) -> HTTPResponse? {
        switch route.executor {
        case .servingThread where !hasKeys(for: exchange): submit(exchange, to: keyQueue, respond)
        case .servingThread where !needsLongHashing(exchange): respond()
        case .servingThread, .workQueue: submit(exchange, to: workQueue, respond)
        }
    }

    /// Whether a signature covers so long a body that a serving thread must not hash it: other connections share it.
    private func needsLongHashing(_ exchange: HTTPExchange) -> Bool {
        authenticator != nil && exchange.origin == 0 && exchange.body.count > Self.hashedOnServingThreadBytes
    }

    /// Whether the caller can be identified from memory. Otherwise keys have to be read, on a queue of their own: the
    /// threads of the other one may all be busy with long calls.
    private func hasKeys(for exchange: HTTPExchange) -> Bool { exchange.origin != 0 || claims.hasCurrentKeys }

    /// About as long as a serving thread takes for an invocation: SHA-256 does more than a gigabyte per second.
    private static let hashedOnServingThreadBytes = 65_536

    /// Lets a thread of a work queue make the response.
    private func submit(
        _ exchange: HTTPExchange, to queue: WorkQueue, _ respond: @escaping @Sendable () -> HTTPResponse?
    ) -> HTTPResponse? {
        let isAccepted = queue.submit {
            self.claims.refreshKeys()
            if let answer = respond() { exchange.respond(answer) }
            // The call may have committed something: the next invocation finds the keys current.
            self.claims.refreshKeys()
        }
        if isAccepted { return nil }
        let service = service(of: exchange)
        log.warning("A call was refused because the work queue is full", ["service": .text(service)])
        return registry.response(Self.busy, of: service)
    }

    private func refuseBrowser(_ exchange: HTTPExchange) -> HTTPResponse {
        log.debug(
            "A request of a web page was refused",
            [
                "host": exchange.header("Host").map { .text($0) },
                "origin": exchange.header("Origin").map { .text($0) },
                "fetch_site": exchange.header("Sec-Fetch-Site").map { .text($0) },
            ])
        return Self.refusedBrowser
    }

    /// Decodes, calls and encodes one control-plane call.
    private func answer(
        _ exchange: HTTPExchange, _ target: RequestTarget, _ admission: Admission, _ arrival: UInt64
    ) -> HTTPResponse {
        guard let api = registry[admission.service] else {
            log.info("A service is not implemented", ["service": .text(admission.service)])
            return UnknownService(name: admission.service, known: registry.names).response
        }
        let requestID = RequestIdentifier.make()
        let request = AWSRequest(
            method: exchange.method, rawPath: String(target.path), rawQuery: String(target.query),
            headers: exchange.headers().map { AWSHeader($0.name, $0.value) }, body: exchange.body,
            requestID: requestID)
        var context = admission.context
        context.requestID = requestID
        let start = calls.now()
        let response = api.respond(to: request, context: context)
        let call = CallLog.Call(
            requestID: requestID, service: admission.service, account: context.account.description,
            status: response.status, arrival: arrival, start: start)
        calls.didAnswer(call) { api.operationName(of: request) }
        return response.http(requestID: requestID)
    }
}

extension Gateway {
    private static let refusedBrowser = HTTPResponse(
        status: 403, contentType: "application/json",
        text:
            #"{"message":"Requests from web pages are refused. Call from a program, by IP address or as localhost."}"#
    )

    private static let refusedFunction = HTTPResponse(
        status: 403, contentType: "application/json", text: #"{"message":"Functions may not see the server's pages."}"#)

    private static let refusedEndedEnvironment = HTTPResponse(
        status: 403, contentType: "application/json",
        text: #"{"message":"The execution environment of this function has ended."}"#)

    static let busy = AWSError(
        "TooManyRequestsException", status: 429,
        message: "Too many calls are waiting for the server; retry in a second.", fault: .user,
        retryAfterSeconds: 1)
}
