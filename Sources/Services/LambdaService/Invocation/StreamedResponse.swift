internal import AWSProtocol
internal import Digest
internal import Domain
internal import FunctionExecution
internal import HTTP
internal import Synchronization

/// The response to *InvokeWithResponseStream*: an event stream of `PayloadChunk`s and an `InvokeComplete`.
///
/// Source: *InvokeWithResponseStream* in the Lambda API reference.
final class StreamedResponse: InvocationStream {
    private let exchange: HTTPExchange
    private let requestID: String
    private let wantsTail: Bool
    private let body = HTTPBodyStream()
    private let hasBegun = Mutex(false)

    init(_ exchange: HTTPExchange, requestID: String, wantsTail: Bool) {
        self.exchange = exchange
        self.requestID = requestID
        self.wantsTail = wantsTail
    }

    /// Begins the response, unless it has begun.
    func begin(contentType: String?, version: FunctionVersion) {
        let isFirst = hasBegun.withLock { hasBegun in
            defer { hasBegun = true }
            return !hasBegun
        }
        guard isFirst else { return }
        exchange.respond(
            HTTPResponse(
                status: 200,
                headers: [
                    ("Content-Type", "application/vnd.amazon.eventstream"), ("x-amzn-RequestId", requestID),
                    ("X-Amz-Executed-Version", version.description),
                    ("X-Amzn-Remapped-Content-Type", contentType ?? "application/octet-stream"),
                ], body: .stream(body)))
    }

    /// Writes a `PayloadChunk`.
    func write(
        _ bytes: UnsafeRawBufferPointer, whenRoom: @escaping @Sendable () -> Void
    ) -> HTTPBodyStream.Acceptance {
        let chunk = EventStreamMessage(
            event: "PayloadChunk", contentType: "application/octet-stream", payload: Array(bytes))
        return chunk.bytes.withUnsafeBytes { body.write($0, whenRoom: whenRoom) }
    }

    /// Ends the stream: the invocation has ended.
    ///
    /// - Returns: `false` where the invocation was refused before the response began: the error is the response.
    func end(_ result: InvokeOutcome, _ version: FunctionVersion) -> Bool {
        var details: [String: AWSValue] = [:]
        switch result {
        case .refused:
            let hasBegun = hasBegun.withLock { $0 }
            // After the status only an aborted body shows the error.
            if hasBegun { body.abort() }
            return hasBegun
        case .answered(let payload, let tail):
            begin(contentType: "application/json", version: version)
            if !payload.isEmpty { _ = payload.withUnsafeBytes { write($0, whenRoom: {}) } }
            if wantsTail { details["LogResult"] = .string(Base64.encode(tail)) }
        case .failed(let payload, let tail):
            begin(contentType: "application/json", version: version)
            details["ErrorCode"] = .string("Unhandled")
            details["ErrorDetails"] = .string(String(decoding: payload, as: UTF8.self))
            if wantsTail { details["LogResult"] = .string(Base64.encode(tail)) }
        }
        let complete = EventStreamMessage(
            event: "InvokeComplete", contentType: "application/json", payload: JSON.encode(.structure(details)))
        _ = complete.bytes.withUnsafeBytes { body.write($0) }
        body.finish()
        return true
    }
}
