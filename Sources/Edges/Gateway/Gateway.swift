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
    let allowsReset: Bool
    private let logsRequests: Bool
    /// Verifies signatures; `nil` where requests need not be signed.
    let authenticator: Authenticator?
    /// Reads the identity that an unsigned request claims.
    let claims: Authenticator
    let workQueue: SharedWorkQueue<CallShare>
    /// Calls whose bodies are so long that few of them may be in memory at once.
    let uploadQueue: SharedWorkQueue<CallShare>
    /// Where the bodies of clients are while they arrive.
    let bodies: BodySpool
    /// Reads the access keys for invocations, after the catalogue has changed.
    let keyQueue: WorkQueue
    let pages: [String: Page]
    let log: ServerLog
    let calls: CallLog
    let storageHealth: @Sendable () -> ServiceHealth
    let callerBehind: @Sendable (_ origin: UInt32) -> Caller?
    private let stopping = Mutex(false)

    /// Calls that may wait for a thread, of all accounts: one has half of it at most. More are refused with 429.
    private static let backlog = 1024

    /// Calls with long bodies that run at once. Each takes several times its body in memory, and a processor to unpack.
    private static let uploadsAtOnce = 4
    /// What a long body is, in bytes: longer than any payload of an invocation.
    private static let longBodyBytes = 8 << 20

    /// Makes the edge of some services.
    ///
    /// - Parameters:
    ///   - requiresSignatures: whether requests must be signed with a key of this server.
    ///   - logsRequests: whether every call is logged when it has been answered.
    ///   - callsAtOnce: the threads for calls that block. One account has half of them at most: more than the calls
    ///     that may take long, such as those that read from another server, so that these do not delay its others.
    ///   - bodies: where the bodies of clients are while they arrive.
    ///   - storageHealth: whether the rows of the services can be read and written.
    ///   - callerBehind: the function whose execution environment opened a connection, by the connection's origin;
    ///     `nil` when the environment is gone.
    package init(
        registry: ServiceRegistry, authenticator: Authenticator, requiresSignatures: Bool, defaults: GatewayDefaults,
        allowsReset: Bool = false, logsRequests: Bool = false, version: String, callsAtOnce: Int, bodies: BodySpool,
        log: ServerLog,
        storageHealth: @escaping @Sendable () -> ServiceHealth = { .healthy },
        callerBehind: @escaping @Sendable (_ origin: UInt32) -> Caller?
    ) throws {
        self.registry = registry
        self.defaults = defaults
        self.allowsReset = allowsReset
        self.logsRequests = logsRequests
        self.version = version
        self.log = log.named("gateway")
        calls = CallLog(log: self.log)
        self.storageHealth = storageHealth
        self.callerBehind = callerBehind
        self.authenticator = requiresSignatures ? authenticator : nil
        claims = authenticator
        pages = Self.pages(of: registry)
        workQueue = try SharedWorkQueue(name: "control", threadCount: callsAtOnce, capacity: Self.backlog)
        uploadQueue = try SharedWorkQueue(
            name: "uploads", threadCount: Self.uploadsAtOnce, capacity: Self.backlog)
        self.bodies = bodies
        keyQueue = try WorkQueue(name: "keys", threadCount: 1, capacity: Self.backlog)
    }

    /// Reports on the health page that the server is stopping. Calls are still answered.
    package func beginShutdown() { stopping.withLock { $0 = true } }

    /// Refuses new calls, and returns when the accepted ones have ended.
    package func stop() {
        beginShutdown()
        workQueue.close()
        uploadQueue.close()
        bodies.stop()
        keyQueue.close()
    }

    /// Whether the server is shutting down.
    var isStopping: Bool { stopping.withLock { $0 } }

    /// Responds to a request: at once, or through the exchange when its use case is done.
    package func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        let isFunction = exchange.origin != 0
        guard isFunction || isFromProgram(exchange) else { return refuseBrowser(exchange) }
        if let body = exchange.sink as? ArrivingBody { return finish(body, exchange) }
        if let body = exchange.sink as? GatheredBody, !body.isOnDisk { _ = body.load(into: exchange) }
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
        return submitCall(exchange) {
            self.admitted(exchange, target, scope, function, for: nil) { self.answer(exchange, $0, arrival) }
        }
    }

    private func respond(
        to exchange: HTTPExchange, _ target: RequestTarget, _ scope: RequestScope, by route: DataPlaneRoute,
        _ function: Caller?
    ) -> HTTPResponse? {
        switch route.authentication {
        case .bearer:
            let context = context(of: Caller(account: defaults.account), defaults.region, exchange)
            return run(exchange, route) { route.respond(to: exchange, context) }
        case .caller(let name):
            if exchange.origin != 0, function == nil { return Self.refusedEndedEnvironment }
            return run(exchange, route) {
                self.admitted(exchange, target, scope, function, for: name) { admission in
                    route.respond(to: exchange, admission.context, trailers: admission.trailers)
                }
            }
        }
    }

    func run(
        _ exchange: HTTPExchange, _ route: DataPlaneRoute, _ respond: @escaping @Sendable () -> HTTPResponse?
    ) -> HTTPResponse? {
        guard bodyOnDisk(exchange) == nil else { return submitCall(exchange, respond) }
        return switch route.executor {
        case .servingThread where !hasKeys(for: exchange): submit(exchange, respond) { keyQueue.submit($0) }
        case .servingThread where !needsLongHashing(exchange): respond()
        case .servingThread, .workQueue: submitCall(exchange, respond)
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

    /// Lets a thread of the control plane make the response, when it is its account's turn.
    private func submitCall(
        _ exchange: HTTPExchange, _ respond: @escaping @Sendable () -> HTTPResponse?
    ) -> HTTPResponse? {
        let body = bodyOnDisk(exchange)
        let isLong = body.map { $0.count > Self.longBodyBytes } ?? false
        let queue = isLong ? uploadQueue : workQueue
        return submit(exchange) {
            guard body?.load(into: exchange) ?? true else { return self.diskResponse(to: exchange) }
            return respond()
        } to: {
            queue.submit(for: share(of: exchange), $0)
        }
    }

    /// Lets another thread make the response.
    ///
    /// - Parameter queue: adds work to a queue; `false` where that is full.
    private func submit(
        _ exchange: HTTPExchange, _ respond: @escaping @Sendable () -> HTTPResponse?,
        to queue: (@escaping @Sendable () -> Void) -> Bool
    ) -> HTTPResponse? {
        let isAccepted = queue {
            guard self.claims.refreshKeys() || self.authenticator == nil || exchange.origin != 0 else {
                exchange.respond(
                    self.registry.response(to: exchange, of: self.service(of: exchange)) { _ in Self.keysUnavailable })
                return
            }
            if let answer = respond() { exchange.respond(answer) }
            // The call may have committed something: the next invocation finds the keys current.
            self.claims.refreshKeys()
        }
        return isAccepted ? nil : busyResponse(to: exchange)
    }

    /// Refuses a call because its caller has its share of what may wait.
    func busyResponse(to exchange: HTTPExchange) -> HTTPResponse {
        let service = service(of: exchange)
        log.warning("A call was refused because too many are waiting", ["service": .text(service)])
        return registry.response(to: exchange, of: service) { _ in Self.busy }
    }

    /// Refuses a call because the disk did not take its body.
    func diskResponse(to exchange: HTTPExchange) -> HTTPResponse {
        let service = service(of: exchange)
        log.warning("A call was refused because its body could not be kept on the disk", ["service": .text(service)])
        return registry.response(to: exchange, of: service) { _ in Self.diskUnavailable }
    }

    /// Logs the call, where that was asked for. The client has its response already.
    package func didRespond(to exchange: HTTPExchange, status: Int) {
        guard logsRequests else { return }
        let target = RequestTarget(exchange.target)
        guard !target.path.hasPrefix("/_strata") else { return }
        let milliseconds = Double(calls.now() - exchange.arrivalNanoseconds) / 1e6
        let scope = scope(exchange)
        let service = scope.service ?? registry.name(ofUnsigned: target, exchange)
        let caller = exchange.origin == 0 ? claimed(scope, exchange) : callerBehind(exchange.origin)
        let account = caller.flatMap { $0.account == defaults.account ? nil : $0.account.description }
        var request = exchange.awsHead
        request.body = exchange.body
        log.note(
            AnsweredCall(
                service: service, operation: registry[service]?.operationName(of: request),
                request: "\(exchange.method) \(target.path)", status: status, milliseconds: milliseconds,
                account: account))
    }

    func refuseBrowser(_ exchange: HTTPExchange) -> HTTPResponse {
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
        _ exchange: HTTPExchange, _ admission: Admission, _ arrival: UInt64
    ) -> HTTPResponse {
        let target = RequestTarget(exchange.target)
        guard let api = registry[admission.service] else {
            log.info("A service is not implemented", ["service": .text(admission.service)])
            let unknown = UnknownService(name: admission.service, known: registry.names)
            return registry.response(to: exchange, of: admission.service, unknown.error)
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

    /// The access keys cannot be read, so whether a signature is right is not known.
    static let keysUnavailable = AWSError(
        "ServiceUnavailable", status: 503,
        message: "The server cannot read its access keys now, because it cannot use its database. Nothing has changed: "
            + "call again in a moment.", fault: .server, retryAfterSeconds: 1)

    private static let diskUnavailable = AWSError(
        "ServiceUnavailable", status: 503,
        message: "The server cannot keep the request's body on its disk, which may be full. Nothing has changed: free "
            + "some space and call again.", fault: .server, retryAfterSeconds: 1)

    static let busy = AWSError(
        "TooManyRequestsException", status: 429,
        message: "Too many calls are waiting for the server; retry in a second.", fault: .user,
        retryAfterSeconds: 1)
}
