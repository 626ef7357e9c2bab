internal import AWSProtocol
internal import Digest
internal import Domain
internal import FunctionExecution
internal import HTTP
internal import LambdaModel
internal import ServiceKit

/// Lambda's data plane as HTTP: invocations, and downloads of packages.
final class LambdaDataPlane: Sendable {
    private let invoker: Invoker
    private let downloads: Downloads

    init(invoker: Invoker, downloads: Downloads) {
        self.invoker = invoker
        self.downloads = downloads
    }

    /// The route of a request of the data plane; `nil` for all other requests.
    func route(for target: RequestTarget, method: String) -> DataPlaneRoute? {
        if method == "POST" {
            if let name = target.segment(between: "/2015-03-31/functions/", and: "/invocations") {
                return DataPlaneRoute(authentication: .caller(of: "lambda")) { exchange, context in
                    self.invoke(name, target, context, exchange)
                }
            }
            if let name = Self.asynchronousName(target) {
                return DataPlaneRoute(authentication: .caller(of: "lambda")) { exchange, context in
                    let request = self.request(name, target, exchange)
                    if let error = self.violation(name, exchange) {
                        return error.response.http(requestID: request.requestID)
                    }
                    return self.accept(request, context, exchange)
                }
            }
            let end = "/response-streaming-invocations"
            if let name = target.segment(between: "/2021-11-15/functions/", and: end) {
                return DataPlaneRoute(authentication: .caller(of: "lambda")) { exchange, context in
                    self.invokeStreaming(name, target, context, exchange)
                }
            }
        }
        guard target.path.hasPrefix(DownloadLinks.path) else { return nil }
        return DataPlaneRoute(authentication: .bearer, on: .workQueue) { exchange, _ in
            self.download(exchange.target)
        }
    }

    /// Downloads a package, byte for byte as it was published.
    private func download(_ target: String) -> HTTPResponse {
        guard let (descriptor, size) = downloads.open(target) else {
            return HTTPResponse(
                status: 403, contentType: "application/xml",
                text: "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
        }
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "application/zip")],
            body: .file(descriptor: descriptor, size: size))
    }

    /// *Invoke*: the call that has to be fast. Its payload is scanned once, and not copied into a model.
    ///
    /// Source: *Invoke* in the Lambda API reference.
    func invoke(
        _ name: String, _ target: RequestTarget, _ context: RequestContext, _ exchange: HTTPExchange
    ) -> HTTPResponse? {
        let request = request(name, target, exchange)
        let requestID = request.requestID
        if let refusal = modelRefusal(request, target, exchange) { return refusal }
        switch exchange.header("X-Amz-Invocation-Type") ?? "RequestResponse" {
        case "RequestResponse":
            let wantsTail = request.wantsLogTail
            invoker.invoke(request, context: context) { result, version in
                exchange.respond(
                    self.response(to: result, version, requestID, wantsTail: wantsTail, name, context, exchange))
            }
            return nil
        case "DryRun":
            return dryRun(request, context, exchange)
        case "Event":
            return accept(request, context, exchange)
        default:
            // The model's message; the model accepts a request where a second header of that name is valid.
            let error = violation(name, exchange) ?? .validation("InvocationType is given twice, or is not valid")
            return error.response.http(requestID: requestID)
        }
    }

    /// The function's name in the path of *InvokeAsync*, the predecessor of `InvocationType: Event`.
    private static func asynchronousName(_ target: RequestTarget) -> String? {
        let start = "/2014-11-13/functions/"
        return target.segment(between: start, and: "/invoke-async/")
            ?? target.segment(between: start, and: "/invoke-async")
    }

    /// Queues an event, and answers when it is durable.
    private func accept(
        _ request: InvokeRequest, _ context: RequestContext, _ exchange: HTTPExchange
    ) -> HTTPResponse? {
        invoker.accept(request, context: context) { error in
            exchange.respond(
                error.map { self.refusal($0, request.requestID, request.functionName, context, exchange) }
                    ?? HTTPResponse(status: 202, headers: [("x-amzn-RequestId", request.requestID)]))
        }
        return nil
    }

    /// *InvokeWithResponseStream*: the caller gets the response while the function writes it.
    ///
    /// Source: *InvokeWithResponseStream* in the Lambda API reference.
    func invokeStreaming(
        _ name: String, _ target: RequestTarget, _ context: RequestContext, _ exchange: HTTPExchange
    ) -> HTTPResponse? {
        let request = request(name, target, exchange)
        let requestID = request.requestID
        if let refusal = modelRefusal(request, target, exchange) { return refusal }
        switch exchange.header("X-Amz-Invocation-Type") ?? "RequestResponse" {
        case "RequestResponse":
            let answer = StreamedResponse(
                exchange, requestID: requestID, wantsTail: request.wantsLogTail)
            invoker.invoke(request, context: context, stream: answer) { result, version in
                guard !answer.end(result, version), case .refused(let error) = result else { return }
                exchange.respond(self.refusal(error, requestID, name, context, exchange))
            }
            return nil
        case "DryRun":
            return dryRun(request, context, exchange)
        default:
            let error =
                violation(name, exchange) ?? .validation("InvocationType must be RequestResponse or DryRun here")
            return error.response.http(requestID: requestID)
        }
    }

    private func request(_ name: String, _ target: RequestTarget, _ exchange: HTTPExchange) -> InvokeRequest {
        InvokeRequest(
            functionName: name, qualifier: target.parameter("Qualifier"), payload: exchange.body,
            clientContext: exchange.header("X-Amz-Client-Context"), traceID: exchange.header("X-Amzn-Trace-Id"),
            wantsLogTail: exchange.header("X-Amz-Log-Type") == "Tail", requestID: RequestIdentifier.make())
    }

    /// The model's error for an invalid request with rare parameters.
    private func modelRefusal(
        _ request: InvokeRequest, _ target: RequestTarget, _ exchange: HTTPExchange
    ) -> HTTPResponse? {
        guard Self.isRare(target, exchange), let error = violation(request.functionName, exchange) else { return nil }
        return error.response.http(requestID: request.requestID)
    }

    /// Whether a request has rare parameters, which the model has to validate. Nearly all invocations have none.
    private static func isRare(_ target: RequestTarget, _ exchange: HTTPExchange) -> Bool {
        if target.parameter("Qualifier") == "" { return true }
        if let logType = exchange.header("X-Amz-Log-Type"), logType != "Tail" { return true }
        return exchange.header("X-Amz-Tenant-Id") != nil || exchange.header("X-Amz-Durable-Execution-Name") != nil
    }

    private func dryRun(
        _ request: InvokeRequest, _ context: RequestContext, _ exchange: HTTPExchange
    ) -> HTTPResponse? {
        invoker.check(request, context: context) { error in
            exchange.respond(
                error.map { self.refusal($0, request.requestID, request.functionName, context, exchange) }
                    ?? HTTPResponse(status: 204, headers: [("x-amzn-RequestId", request.requestID)]))
        }
        return nil
    }

    private func response(
        to result: InvokeOutcome, _ version: FunctionVersion, _ requestID: String, wantsTail: Bool, _ name: String,
        _ context: RequestContext, _ exchange: HTTPExchange
    ) -> HTTPResponse {
        switch result {
        case .answered(let payload, let tail):
            return answer(payload, version, requestID, tail: wantsTail ? tail : nil, error: nil)
        case .failed(let payload, let tail):
            return answer(payload, version, requestID, tail: wantsTail ? tail : nil, error: "Unhandled")
        case .refused(let error):
            return refusal(error, requestID, name, context, exchange)
        }
    }

    private func answer(
        _ payload: [UInt8], _ version: FunctionVersion, _ requestID: String, tail: [UInt8]?, error: String?
    ) -> HTTPResponse {
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json"), ("x-amzn-RequestId", requestID),
            ("X-Amz-Executed-Version", version.description),
        ]
        if let error { headers.append(("X-Amz-Function-Error", error)) }
        if let tail { headers.append(("X-Amz-Log-Result", Base64.encode(tail))) }
        return HTTPResponse(status: 200, headers: headers, body: .bytes(payload))
    }

    /// The response to an invocation that did not run. A name that breaks the model's rules gets the model's message.
    private func refusal(
        _ error: ServiceError, _ requestID: String, _ name: String, _ context: RequestContext, _ exchange: HTTPExchange
    ) -> HTTPResponse {
        // An ARN with a region of no known form names no other region: the model refuses it.
        let isAboutName = error.shape == .invalidParameterValue || error.shape == .resourceNotFound
        let violation = isAboutName ? violation(name, exchange) : nil
        return violation?.response.http(requestID: requestID)
            ?? context.asking(for: "lambda:InvokeFunction").response(to: error, requestID: requestID)
    }

    /// The constraint of the service model that the request breaks; `nil` for a valid request.
    private func violation(_ name: String, _ exchange: HTTPExchange) -> AWSError? {
        let target = RequestTarget(exchange.target)
        let request = AWSRequest(
            method: exchange.method, rawPath: String(target.path), rawQuery: String(target.query),
            headers: exchange.headers().map { AWSHeader($0.name, $0.value) },
            body: Self.asynchronousName(target) == nil ? [] : exchange.body)
        do {
            let labels = ["FunctionName": name]
            if target.path.hasSuffix("/response-streaming-invocations") {
                _ = try Lambda.invokeWithResponseStream.decode(request, labels: labels)
            } else if Self.asynchronousName(target) != nil {
                _ = try Lambda.invokeAsync.decode(request, labels: labels)
            } else {
                _ = try Lambda.invoke.decode(request, labels: labels)
            }
            return nil
        } catch {
            return error
        }
    }
}
