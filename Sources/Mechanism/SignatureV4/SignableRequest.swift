/// The parts of a request that a signature covers, apart from its body, as they are on the wire.
public struct SignableRequest: Sendable {
    /// The method, upper case.
    public var method: String
    /// The path, percent-encoded as it is sent.
    public var rawPath: String
    /// The query, percent-encoded as it is sent, without `?`; empty when there is none.
    public var rawQuery: String
    /// The headers in the order in which they are sent, with `Host`.
    public var headers: [(name: String, value: String)]

    /// Describes a request.
    public init(method: String, rawPath: String, rawQuery: String = "", headers: [(name: String, value: String)]) {
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.headers = headers
    }

    /// The value of the first header with a name, which is case-insensitive.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.isHeaderName(name) }?.value
    }
}

extension StringProtocol {
    /// Whether both are equal apart from the case of ASCII letters, as header names compare (RFC 9110, section 5.1).
    func isHeaderName(_ other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8) { $0.lowerCase == $1.lowerCase }
    }
}

extension UInt8 {
    fileprivate var lowerCase: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
