/// A request to another server.
public struct HTTPClientRequest: Sendable {
    /// The method, such as `GET`.
    public var method: String
    /// Where it goes: `http` or `https`, with every character that needs it percent-encoded. The path is sent as it is.
    public var url: String
    /// The headers, in order. `Host` and `Content-Length` come by themselves.
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

    /// What keeps the request from being sent as it is written; `nil` for nothing.
    var fault: String? {
        if !Self.isToken(method) { return "the method is no method" }
        if !url.hasPrefix("http://") && !url.hasPrefix("https://") { return "the URL is not of http or https" }
        if url.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) { return "the URL is not percent-encoded" }
        for header in headers where !Self.isToken(header.name) || header.value.utf8.contains(where: Self.endsLine) {
            return "a header cannot be sent as it is"
        }
        return nil
    }

    /// RFC 9110, section 5.6.2, without the characters that no name in use has.
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
