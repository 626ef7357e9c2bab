/// A request to another server.
public struct HTTPClientRequest: Sendable {
    /// The method, such as `GET`.
    public var method: String
    /// The URL, `http` or `https`, already percent-encoded. The path is sent as it is.
    public var url: String
    /// The headers, in order. libcurl adds `Host` and `Content-Length`.
    public var headers: [HTTPClientHeader]
    /// The body; `nil` for none.
    public var body: [UInt8]?

    /// Describes a request.
    public init(_ method: String, _ url: String, headers: [HTTPClientHeader] = [], body: [UInt8]? = nil) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// Why the request cannot be sent; `nil` when it can.
    var invalidReason: String? {
        if !Self.isToken(method) { return "the method is not an HTTP token" }
        if !url.hasPrefix("http://") && !url.hasPrefix("https://") { return "the URL is neither http nor https" }
        if url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) { return "the URL is not percent-encoded" }
        for header in headers where !Self.isToken(header.name) || header.value.utf8.contains(where: Self.endsLine) {
            return "a header's name or value contains a character that HTTP does not allow"
        }
        return nil
    }

    /// A token of RFC 9110, section 5.6.2, without the characters that no method or header in use has.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    private static func endsLine(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 || byte == 0 }
}

/// One header of a request or a response.
public struct HTTPClientHeader: Hashable, Sendable {
    /// The name, in any case.
    public let name: String
    /// The value.
    public let value: String

    /// Makes a header.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
