/// Receives one response from libcurl: parses the head, passes the body on, and enforces the limits.
///
/// libcurl calls it on the thread that sends the request.
final class ResponseReader {
    /// Receives one piece of the body.
    typealias Receiver = (HTTPClientResponse, UnsafeRawBufferPointer) throws -> Void

    private(set) var head = HTTPClientResponse()
    /// Why the reader ended the exchange; `nil` when it did not.
    private(set) var failure: HTTPClientError?
    private let limits: HTTPClientLimits
    private let receive: Receiver
    private let checkCancelled: () -> Bool
    private var headBytes = 0
    private var bodyBytes = 0

    init(_ limits: HTTPClientLimits, isCancelled: @escaping () -> Bool, receive: @escaping Receiver) {
        self.limits = limits
        checkCancelled = isCancelled
        self.receive = receive
    }

    /// Whether the client was stopped meanwhile.
    var isCancelled: Bool { checkCancelled() }

    /// Receives a line of the head. `false` ends the exchange.
    func take(headLine line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        guard headBytes <= limits.headBytes else {
            failure = HTTPClientError(.malformed, "the response's head has more than \(limits.headBytes) bytes")
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        var end = text[...]
        while let last = end.last, last.isWhitespace { end.removeLast() }
        head.take(line: end)
        return true
    }

    /// Receives a piece of the body. `false` ends the exchange.
    func take(body piece: UnsafeRawBufferPointer) -> Bool {
        bodyBytes += piece.count
        guard bodyBytes <= limits.bodyBytes else {
            failure = HTTPClientError(.tooLarge, "the response has more than \(limits.bodyBytes) bytes")
            return false
        }
        do { try receive(head, piece) } catch {
            failure = HTTPClientError(.receiverFailed, "the response could not be used: \(error)", cause: error)
            return false
        }
        return true
    }
}
