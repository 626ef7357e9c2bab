internal import AWSProtocol
package import HTTP
internal import LambdaModel
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
    let services: Services
    /// Verifies signatures; `nil` where requests need not be signed.
    let authenticator: Authenticator?
    let controlPlane: WorkQueue
    private let isStopping = Mutex(false)

    /// Control-plane calls at once: more than may read from S3, so that large packages do not hold up the others.
    private static let controlPlaneThreads = S3PackageSource.readsAtOnce + 4
    /// Calls that may wait; beyond it a caller is told to come again.
    private static let controlPlaneBacklog = 1024

    /// Makes the edge of a platform.
    ///
    /// - Parameter requiresSignatures: whether callers have to sign with a key that is known here.
    package init(
        platform: Platform, defaults: GatewayDefaults, version: String, requiresSignatures: Bool
    ) throws {
        self.platform = platform
        self.defaults = defaults
        self.version = version
        authenticator = requiresSignatures ? platform.authenticator : nil
        services = Services(of: platform)
        controlPlane = try WorkQueue(
            name: "control", threadCount: Self.controlPlaneThreads, capacity: Self.controlPlaneBacklog)
    }

    /// Lets the calls that were accepted end, and refuses new ones.
    package func stop() {
        isStopping.withLock { $0 = true }
        controlPlane.close()
    }

    /// Answers one request: at once, or when its use case is done.
    package func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        let isFunction = exchange.origin != 0
        guard isFunction || isFromProgram(exchange) else { return Self.refusedBrowser }
        let target = Target(exchange.target)
        if target.path.hasPrefix("/_strata") {
            return isFunction ? Self.refusedFunction : serverPage(target, exchange)
        }
        if target.path.hasPrefix(DownloadLinks.path) { return download(exchange.target) }
        // Found out now, not when the call's turn comes: its environment may be gone by then.
        let function = isFunction ? platform.caller(ofEnvironment: exchange.origin) : nil
        if isFunction, function == nil { return Self.refusedRemains }
        if let name = target.invokedFunction, exchange.method == "POST" {
            return admitted(exchange, target, function, for: "lambda") {
                self.invoke(name, target, $0.context, exchange)
            }
        }
        if let name = target.streamingFunction, exchange.method == "POST" {
            return admitted(exchange, target, function, for: "lambda") {
                self.invokeStreaming(name, target, $0.context, exchange)
            }
        }
        let accepted = controlPlane.submit {
            let answer = self.admitted(exchange, target, function, for: nil) { self.answer(exchange, target, $0) }
            if let answer { exchange.respond(answer) }
        }
        return accepted ? nil : services.response(Self.busy, of: scope(exchange).service)
    }

    /// Decodes, calls and encodes one control-plane call.
    private func answer(_ exchange: HTTPExchange, _ target: Target, _ admission: Admission) -> HTTPResponse {
        guard let dispatcher = services[admission.service] else {
            return UnknownService(name: admission.service).response
        }
        let requestID = RequestIdentifier.make()
        let request = AWSRequest(
            method: exchange.method, rawPath: String(target.path), rawQuery: String(target.query),
            headers: exchange.headers().map { AWSHeader($0.name, $0.value) }, body: exchange.body,
            requestID: requestID)
        return dispatcher.respond(to: request, context: admission.context).http(requestID: requestID)
    }
}

extension Gateway {
    /// The server's own pages, for people and for whatever watches it.
    private func serverPage(_ target: Target, _ exchange: HTTPExchange) -> HTTPResponse? {
        guard target.path == "/_strata/health" else { return operatorPage(target, exchange) }
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

    static let busy = AWSError(
        Lambda.Errors.tooManyRequests,
        "The server has too many calls to answer at once; call again in a moment.", retryAfterSeconds: 1)
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
