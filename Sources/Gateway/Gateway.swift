internal import AWSModel
internal import AWSProtocol
internal import Domain
package import HTTP
internal import LinuxSystem
package import Platform
internal import Synchronization

/// The HTTP edge: finds out who calls and what for, hands the call to a use case, and writes the answer as AWS would.
///
/// Invocations are handled on the HTTP server's own threads, and never wait there. Every other call may write to disk
/// and goes to a small work queue.
package final class Gateway: HTTPHandler {
    let platform: Platform
    let defaults: GatewayDefaults
    let version: String
    let dispatcher: ServiceDispatcher<RequestContext>
    private let controlPlane: WorkQueue
    private let isStopping = Mutex(false)

    /// Control-plane calls at once: enough that one large upload does not hold up the others.
    private static let controlPlaneThreads = 4
    /// Calls that may wait; beyond it a caller is told to come again.
    private static let controlPlaneBacklog = 1024

    /// Makes the edge of a platform.
    package init(platform: Platform, defaults: GatewayDefaults, version: String) throws {
        self.platform = platform
        self.defaults = defaults
        self.version = version
        dispatcher = LambdaOperations.dispatcher(for: platform)
        controlPlane = try WorkQueue(
            name: "control", threadCount: Self.controlPlaneThreads, capacity: Self.controlPlaneBacklog)
    }

    /// Lets the calls that were accepted end, and refuses new ones.
    package func stop() {
        isStopping.withLock { $0 = true }
        controlPlane.close()
    }

    /// What Lambda reads of a request at most.
    package func bodyLimitBytes(for exchange: HTTPExchange) -> Int { LambdaLimits.requestBytes }

    /// Lambda's answer to a request that is longer.
    package func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse {
        let message = "Request must be smaller than \(LambdaLimits.requestBytes) bytes"
        return AWSError("RequestEntityTooLargeException", status: 413, message: message, fault: .user)
            .response.http(requestID: RequestIdentifier.make())
    }

    /// Answers one request: at once, or when its use case is done.
    package func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        let isFunction = exchange.origin != 0
        guard isFunction || isFromProgram(exchange) else { return Self.refusedBrowser }
        let target = Target(exchange.target)
        if target.path.hasPrefix("/_strata") { return isFunction ? Self.refusedFunction : serverPage(target) }
        if target.path.hasPrefix(DownloadLinks.path) { return download(exchange.target) }
        // Found out now, not when the call's turn comes: its environment may be gone by then.
        guard let context = context(exchange) else { return Self.refusedRemains }
        if let name = target.invokedFunction, exchange.method == "POST" {
            return invoke(name, target, context, exchange)
        }
        if let name = target.streamingFunction, exchange.method == "POST" {
            return invokeStreaming(name, target, context, exchange)
        }
        let accepted = controlPlane.submit { exchange.respond(self.answer(exchange, target, context)) }
        return accepted ? nil : Self.busy
    }

    /// Decodes, calls and encodes one control-plane call.
    private func answer(_ exchange: HTTPExchange, _ target: Target, _ context: RequestContext) -> HTTPResponse {
        let service = scope(exchange).service
        guard service == "lambda" else { return UnknownService(name: service).response }
        let request = AWSRequest(
            method: exchange.method, rawPath: String(target.path), rawQuery: String(target.query),
            headers: exchange.headers().map { AWSHeader($0.name, $0.value) }, body: exchange.body)
        return dispatcher.respond(to: request, context: context)
            .http(requestID: RequestIdentifier.make())
    }

    /// Who calls. A function acts in its own account, whatever it signs with; `nil` where its environment has ended
    /// and nobody can tell any more which account that was.
    private func context(_ exchange: HTTPExchange) -> RequestContext? {
        let scope = scope(exchange)
        let isFunction = exchange.origin != 0
        guard let account = isFunction ? platform.account(ofEnvironment: exchange.origin) : scope.account else {
            return nil
        }
        return RequestContext(
            account: account, region: scope.region,
            endpoint: "http://\(exchange.header("Host") ?? "127.0.0.1")")
    }

    private func scope(_ exchange: HTTPExchange) -> RequestScope {
        RequestScope(authorization: exchange.header("Authorization"), target: exchange.target, defaults: defaults)
    }

    private func isFromProgram(_ exchange: HTTPExchange) -> Bool {
        BrowserGuard.admits(
            host: exchange.header("Host"), origin: exchange.header("Origin"),
            fetchSite: exchange.header("Sec-Fetch-Site"))
    }
}

extension Gateway {
    /// The server's own pages, for people and for whatever watches it.
    private func serverPage(_ target: Target) -> HTTPResponse {
        guard target.path == "/_strata/health" else {
            return HTTPResponse(
                status: 404, contentType: "application/json",
                text: #"{"message":"There is no such page. /_strata/health tells how the server is."}"#)
        }
        let status = isStopping.withLock { $0 } ? "stopping" : "ok"
        return HTTPResponse(
            status: 200, contentType: "application/json", text: #"{"status":"\#(status)","version":"\#(version)"}"#)
    }

    /// A package, byte for byte as it was published.
    private func download(_ target: String) -> HTTPResponse {
        guard let (descriptor, size) = platform.openDownload(target) else {
            return HTTPResponse(
                status: 403, contentType: "application/xml",
                text: "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
        }
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "application/zip")],
            body: .file(descriptor: descriptor, size: size))
    }

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

    private static var busy: HTTPResponse {
        let message = "The server has too many calls to answer at once; call again in a moment."
        return AWSError(Lambda.Errors.tooManyRequests, message, retryAfterSeconds: 1)
            .response.http(requestID: RequestIdentifier.make())
    }
}

extension AWSResponse {
    /// The response as the HTTP server sends it, with the request id that every answer of AWS carries.
    func http(requestID: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: headers.map { (name: $0.name, value: $0.value) } + [("x-amzn-RequestId", requestID)],
            body: .bytes(body))
    }
}
