internal import CLinux
internal import Glibc

/// What a connection has to send: the head of a response, and its body as the socket takes it.
struct ResponseOutput {
    /// What a try to send led to.
    enum Progress {
        /// Some bytes were sent; there may be more.
        case sent
        /// The socket takes no more at the moment, or the body has no bytes yet.
        case waiting
        /// The response has been sent whole.
        case complete
        /// The client is gone, or the body ended before its end.
        case broken
    }

    private enum Body {
        case none
        case bytes([UInt8], sent: Int)
        case file(Int32, sent: off_t, size: Int)
        case stream(HTTPBodyStream, isChunked: Bool)
    }

    private var bytes: [UInt8] = []
    private var sent = 0
    private var body = Body.none
    private var isHeadRequest = false
    private var isVersion10 = false
    /// The status of the response.
    private(set) var status = 0
    /// Whether the connection has to be closed behind the response.
    private(set) var closes = false

    /// From this size on, sending a body by itself costs less than copying it behind its head.
    private static let copiedBytes = 32 * 1024
    /// The buffer that is kept for the next response.
    private static let keptBytes = 4 * 1024
    private static let pieceBytes = 64 * 1024

    /// A request has come: what its response depends on.
    mutating func begin(_ request: RequestHead) {
        isHeadRequest = request.method == "HEAD"
        isVersion10 = request.isVersion10
    }

    /// The response has been sent: nothing is known of the next request.
    mutating func reset() { (isHeadRequest, isVersion10) = (false, false) }

    /// Adds an interim response (RFC 9110, section 15.2), to be sent before the final one.
    mutating func add(interim text: String) { bytes.append(text) }

    /// Sets the response.
    ///
    /// - Parameter closes: whether the connection has to be closed behind it, though the body does not require it.
    mutating func set(_ response: HTTPResponse, closes: Bool, date: DateLine) {
        let isBodiless = response.status == 204 || response.status == 304
        var framing = ResponseHead.Framing.none
        self.closes = closes
        status = response.status
        switch response.body {
        case .bytes(let content):
            if !isBodiless { framing = .length(UInt64(content.count)) }
        case .file(_, let size): framing = .length(size)
        case .stream:
            if isVersion10 { self.closes = true } else if !isBodiless { framing = .chunked }
        }
        let connection: StaticString? = self.closes ? "close" : isVersion10 ? "keep-alive" : nil
        ResponseHead(status: response.status, fields: response.headers, framing: framing, connection: connection)
            .append(to: &bytes, date: date)
        guard !isHeadRequest, !isBodiless else { return response.discard() }
        switch response.body {
        case .bytes(let content) where content.count <= Self.copiedBytes: bytes.append(contentsOf: content)
        case .bytes(let content): body = .bytes(content, sent: 0)
        case .file(let descriptor, let size): body = .file(descriptor, sent: 0, size: Int(clamping: size))
        case .stream(let stream): body = .stream(stream, isChunked: !isVersion10)
        }
    }

    /// Ends a body that is still being produced. It is broken for its reader.
    func abort() {
        if case .stream(let stream, _) = body { stream.abort() }
    }

    /// Frees what the body holds.
    mutating func discard() {
        switch body {
        case .file(let descriptor, _, _): closeDescriptor(descriptor)
        case .stream(let stream, _): stream.close()
        case .none, .bytes: break
        }
        body = .none
    }

    /// Sends some of it.
    ///
    /// - Parameter connection: is woken when a body that is still being produced has more bytes.
    mutating func sendSome(to socket: Int32, for connection: HTTPConnection) -> Progress {
        if sent < bytes.count { return sendHead(to: socket) }
        switch body {
        case .none: return .complete
        case .bytes(let content, let count):
            let written = content.withUnsafeBytes {
                send(socket, $0.baseAddress?.advanced(by: count), $0.count - count, Int32(MSG_NOSIGNAL))
            }
            guard written > 0 else { return Self.failure }
            body = count + written == content.count ? .none : .bytes(content, sent: count + written)
        case .file(let descriptor, var offset, let size):
            guard offset < size else {
                discard()
                return .complete
            }
            let written = sendfile(socket, descriptor, &offset, min(size - offset, Self.pieceBytes))
            // A file that has become shorter: the client would wait for the rest.
            guard written > 0 else { return written == 0 ? .broken : Self.failure }
            body = .file(descriptor, sent: offset, size: size)
        case .stream(let stream, let isChunked):
            return take(stream, isChunked, connection)
        }
        return .sent
    }

    /// Sends what is in the buffer: the head, and a body that is short enough to be copied behind it.
    private mutating func sendHead(to socket: Int32) -> Progress {
        // The kernel waits for the body, to fill its packets.
        var flags = Int32(MSG_NOSIGNAL)
        if case .none = body {} else if case .stream = body {} else { flags |= Int32(MSG_MORE) }
        let written = bytes.withUnsafeBytes { send(socket, $0.baseAddress?.advanced(by: sent), $0.count - sent, flags) }
        guard written > 0 else { return Self.failure }
        sent += written
        guard sent == bytes.count else { return .sent }
        sent = 0
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes)
        if case .none = body { return .complete }
        return .sent
    }

    private static var failure: Progress { errno == EAGAIN ? .waiting : errno == EINTR ? .sent : .broken }

    private mutating func take(
        _ stream: HTTPBodyStream, _ isChunked: Bool, _ connection: HTTPConnection
    ) -> Progress {
        switch stream.read(atMost: Self.pieceBytes, for: connection) {
        case .piece(let piece):
            if isChunked { bytes.append(String(piece.count, radix: 16) + "\r\n") }
            bytes.append(contentsOf: piece)
            if isChunked { bytes.append("\r\n") }
        case .waiting: return .waiting
        case .finished:
            if isChunked { bytes.append("0\r\n\r\n") }
            discard()
        case .aborted:
            discard()
            return .broken
        }
        return .sent
    }
}
