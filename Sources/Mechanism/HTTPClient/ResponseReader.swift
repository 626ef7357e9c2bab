/// What becomes of one response: its head is read and limited here, its body is passed on.
///
/// libcurl calls it on the thread that sends the request.
final class ResponseReader {
    /// Takes one piece of the body.
    typealias Receiver = (HTTPClientResponse, UnsafeRawBufferPointer) throws -> Void

    private(set) var head = HTTPClientResponse()
    /// Why the response was not read to its end, where that was decided here.
    private(set) var failure: HTTPClientError?
    private let limits: HTTPClientLimits
    private let receive: Receiver
    private let isCancelled: () -> Bool
    private var headBytes = 0
    private var bodyBytes = 0

    init(_ limits: HTTPClientLimits, isCancelled: @escaping () -> Bool, receive: @escaping Receiver) {
        self.limits = limits
        self.isCancelled = isCancelled
        self.receive = receive
    }

    /// Whether the exchange has to end.
    var mustEnd: Bool { isCancelled() }

    /// Takes a line of the head. `false` ends the exchange.
    func take(headLine line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        guard headBytes <= limits.headBytes else {
            failure = HTTPClientError(.malformed, "the answer's head has more than \(limits.headBytes) bytes")
            return false
        }
        let text = String(decoding: line, as: UTF8.self)
        var end = text[...]
        while let last = end.last, last.isWhitespace { end.removeLast() }
        head.take(line: end)
        return true
    }

    /// Takes a piece of the body. `false` ends the exchange.
    func take(body piece: UnsafeRawBufferPointer) -> Bool {
        bodyBytes += piece.count
        guard bodyBytes <= limits.bodyBytes else {
            failure = HTTPClientError(.tooLarge, "the answer has more than \(limits.bodyBytes) bytes")
            return false
        }
        do { try receive(head, piece) } catch {
            failure = HTTPClientError(.receiverFailed, "the answer could not be used: \(error)", cause: error)
            return false
        }
        return true
    }
}
