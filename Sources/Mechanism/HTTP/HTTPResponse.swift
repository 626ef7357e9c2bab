/// What a handler answers: a status, headers and a body.
public struct HTTPResponse: Sendable {
    /// Where the body's bytes are.
    public enum Body: Sendable {
        /// Bytes in memory.
        case bytes([UInt8])
        /// A whole file, sent by the kernel. The server closes the descriptor when it has sent it, or cannot; a
        /// response that comes too late to be sent leaks it, so such an answer is for handlers that answer at once.
        case file(descriptor: Int32, size: UInt64)
        /// Bytes that are made while they are sent. The length is not told beforehand.
        case stream(HTTPBodyStream)
    }

    /// The HTTP status code, 200 to 599.
    public var status: Int
    /// Header fields in the order they are sent. `Content-Length` and `Date` are added on the wire.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: Body

    /// Makes a response.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes a response of UTF-8 text with a content type.
    public init(status: Int, contentType: String, text: String) {
        self.init(status: status, headers: [("Content-Type", contentType)], body: .bytes(Array(text.utf8)))
    }
}
