/// A response: a status, headers and a body.
public struct HTTPResponse: Sendable {
    /// The body's source.
    public enum Body: Sendable {
        /// Bytes in memory.
        case bytes([UInt8])
        /// A whole file, sent by the kernel. The server owns the descriptor.
        case file(descriptor: Int32, size: UInt64)
        /// Bytes that are produced while they are sent, without a `Content-Length`.
        case stream(HTTPBodyStream)
    }

    /// The HTTP status code, 200 to 599.
    public var status: Int
    /// Header fields in the order in which they are sent. The server adds those that frame the message, and
    /// `Date`.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: Body

    /// Makes a response.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes a response with UTF-8 text and a content type.
    public init(status: Int, contentType: String, text: String) {
        self.init(status: status, headers: [("Content-Type", contentType)], body: .bytes(Array(text.utf8)))
    }

    /// The response will not be sent: frees what its body holds.
    func discard() {
        switch body {
        case .bytes: break
        case .file(let descriptor, _): closeDescriptor(descriptor)
        case .stream(let stream): stream.close()
        }
    }
}
