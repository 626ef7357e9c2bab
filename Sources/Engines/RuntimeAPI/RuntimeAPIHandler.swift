internal import Digest
public import HTTP

/// The environments behind a runtime API, by the origin of their connections.
public protocol RuntimeAPIEnvironments: Sendable {
    /// A runtime asks for work; answered at once, or later through the exchange.
    func next(origin: UInt32, _ exchange: HTTPExchange) -> HTTPResponse?

    /// A runtime has answered an invocation. `false` where it does not work on that one.
    func finish(origin: UInt32, requestID: String, _ result: Result<[UInt8], RuntimeFault>) -> Bool

    /// A runtime begins to answer an invocation piece by piece. `nil` where it does not work on that one.
    func beginResponse(origin: UInt32, requestID: String, contentType: String?) -> (any StreamedResponse)?

    /// A runtime could not start.
    func initFailed(origin: UInt32, _ fault: RuntimeFault)

    /// An extension asks for something; answered at once, or later through the exchange.
    func serve(origin: UInt32, _ request: ExtensionRequest, _ exchange: HTTPExchange) -> HTTPResponse?
}

extension RuntimeFault: Error {}

/// The runtime API, version 2018-06-01, as HTTP.
///
/// Source: "Using the Lambda runtime API for custom runtimes", Lambda developer guide, and the OpenAPI description
/// there.
public struct RuntimeAPIHandler<Environments: RuntimeAPIEnvironments>: HTTPHandler {
    private let environments: Environments
    private let responseLimitBytes: Int

    /// Serves the runtimes of some environments.
    ///
    /// - Parameter responseLimitBytes: how long a function's answer may be.
    public init(environments: Environments, responseLimitBytes: Int) {
        self.environments = environments
        self.responseLimitBytes = responseLimitBytes
    }

    /// The limit of an answer; more is not kept.
    public func bodyLimitBytes(for exchange: HTTPExchange) -> Int { responseLimitBytes }

    /// Refuses what is no answer to an invocation; those are read to their end.
    public func responseForLargeBody(_ exchange: HTTPExchange) -> HTTPResponse { tooLarge }

    /// An answer of unknown length is passed on as it comes where its caller takes it so, whether or not the runtime
    /// announces that it streams (`Lambda-Runtime-Function-Response-Mode`): AWS's client for Go streams and does not
    /// say so. One that is too long is read and dropped: a client that writes its request before it reads would never
    /// see a refusal that closes the connection.
    public func bodySink(for exchange: HTTPExchange) -> (any HTTPBodySink)? {
        switch Route(exchange) {
        case .response(let requestID) where Self.isStreamed(exchange):
            return environments.beginResponse(
                origin: exchange.origin, requestID: requestID, contentType: exchange.header("Content-Type"))
        case .response, .error:
            guard let length = exchange.header("Content-Length") else {
                return GatheredResponse(limitBytes: responseLimitBytes)
            }
            guard let bytes = Int(length), bytes > responseLimitBytes else { return nil }
            return DroppedResponse(fault: RuntimeFault(tooLarge: length, limitBytes: responseLimitBytes))
        case .next, .initError, .unknown:
            return nil
        }
    }

    /// Whether an answer may come in pieces.
    private static func isStreamed(_ exchange: HTTPExchange) -> Bool {
        exchange.header("Content-Length") == nil
            || exchange.header("Lambda-Runtime-Function-Response-Mode")?.lowercased() == "streaming"
    }

    /// Answers one request of a runtime.
    public func respond(to exchange: HTTPExchange) -> HTTPResponse? {
        switch Route(exchange) {
        case .next:
            return environments.next(origin: exchange.origin, exchange)
        case .response(let requestID):
            let fault = RuntimeFault(trailersOf: exchange, decode: { Base64.decode($0) })
            let answer = finish(exchange, requestID) { fault.map { .failure($0) } ?? .success($0) }
            guard answer.status == 202, exchange.header("Strata-Next") != nil else { return answer }
            return nextEvent(after: exchange)
        case .error(let requestID):
            return finish(exchange, requestID) { .failure(RuntimeFault(exchange, payload: $0)) }
        case .initError:
            environments.initFailed(origin: exchange.origin, RuntimeFault(exchange, payload: exchange.body))
            return Self.accepted
        case .unknown:
            return respondToExtension(exchange)
        }
    }

    /// The next event, as the answer to a result (docs/decisions/0021). It may be long in coming, and nothing needs the
    /// result until then.
    private func nextEvent(after exchange: HTTPExchange) -> HTTPResponse? {
        exchange.replaceBody(with: [])
        return environments.next(origin: exchange.origin, exchange)
    }

    private func respondToExtension(_ exchange: HTTPExchange) -> HTTPResponse? {
        do throws(ExtensionFault) {
            guard let request = try ExtensionRequest(exchange) else {
                return Self.error(
                    404, "NotFound", "no such path in the runtime API: \(exchange.method) \(exchange.target)")
            }
            return environments.serve(origin: exchange.origin, request, exchange)
        } catch {
            return error.response()
        }
    }

    /// The runtime has answered an invocation: with a body, or with what is left of one that was taken piece by piece.
    private func finish(
        _ exchange: HTTPExchange, _ requestID: String, _ result: ([UInt8]) -> Result<[UInt8], RuntimeFault>
    ) -> HTTPResponse {
        let streamed = exchange.sink.flatMap { $0 as? any StreamedResponse }
        let body = streamed?.finish() ?? .success(exchange.body)
        guard environments.finish(origin: exchange.origin, requestID: requestID, body.flatMap(result)) else {
            return Self.error(400, "InvalidRequestID", "Invalid request ID")
        }
        if case .failure = body { return tooLarge }
        return Self.accepted
    }

    private var tooLarge: HTTPResponse {
        Self.error(
            413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (\(responseLimitBytes) bytes).")
    }

    private static var accepted: HTTPResponse {
        HTTPResponse(status: 202, contentType: "application/json", text: #"{"status":"OK"}"#)
    }

    private static func error(_ status: Int, _ type: String, _ message: String) -> HTTPResponse {
        // Types and messages here need no escaping but for what a runtime put into its own path.
        let safe = message.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
        return HTTPResponse(
            status: status, contentType: "application/json",
            text: #"{"errorMessage":"\#(safe)","errorType":"\#(type)"}"#)
    }
}

/// The requests of the runtime API.
private enum Route {
    case next
    case response(requestID: String)
    case error(requestID: String)
    case initError
    case unknown

    private static let invocation = "/2018-06-01/runtime/invocation/"
    private static let nextInvocation = invocation + "next"

    init(_ exchange: HTTPExchange) {
        let target = exchange.target
        switch exchange.method {
        case "GET" where target == Self.nextInvocation:
            self = .next
        case "POST":
            if let requestID = Self.requestID(in: target, before: "/response") {
                self = .response(requestID: requestID)
            } else if let requestID = Self.requestID(in: target, before: "/error") {
                self = .error(requestID: requestID)
            } else {
                self = target == "/2018-06-01/runtime/init/error" ? .initError : .unknown
            }
        default:
            self = .unknown
        }
    }

    /// Of every invocation, so by bytes.
    private static func requestID(in target: String, before end: String) -> String? {
        guard target.hasPrefix(invocation), target.hasSuffix(end) else { return nil }
        let (start, endCount) = (invocation.utf8.count, end.utf8.count)
        var target = target
        return target.withUTF8 { bytes in
            guard bytes.count >= start + endCount else { return nil }
            let requestID = UnsafeBufferPointer(rebasing: bytes[start..<(bytes.count - endCount)])
            return requestID.contains(UInt8(ascii: "/")) ? nil : String(decoding: requestID, as: UTF8.self)
        }
    }
}

extension RuntimeFault {
    fileprivate init(_ exchange: HTTPExchange, payload: [UInt8]) {
        self.init(payload: payload, type: exchange.header("Lambda-Runtime-Function-Error-Type"))
    }

    /// The error of an answer that is too long; Lambda's words.
    ///
    /// - Parameter size: the `Content-Length`, whose digits the HTTP server has checked; `nil` for a chunked body.
    public init(tooLarge size: String?, limitBytes: Int) {
        let size = size.map { " (\($0) bytes)" } ?? ""
        let message = "Response payload size\(size) exceeded maximum allowed payload size (\(limitBytes) bytes)."
        let type = "Function.ResponseSizeTooLarge"
        self.init(payload: Array(#"{"errorMessage":"\#(message)","errorType":"\#(type)"}"#.utf8), type: type)
    }
}
