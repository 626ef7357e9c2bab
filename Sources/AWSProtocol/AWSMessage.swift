/// A header of a request or response. Names compare without regard to case.
public struct AWSHeader: Sendable, Equatable {
    /// The name, as written.
    public var name: String
    /// The value, without surrounding white space.
    public var value: String

    /// Makes a header.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// An HTTP request, as far as AWS's protocols care; the gateway fills it from its server's own type.
public struct AWSRequest: Sendable, Equatable {
    /// The method, upper case.
    public var method: String
    /// The path, still percent-encoded, without the query.
    public var rawPath: String
    /// The query, still percent-encoded, without `?`; empty where there is none.
    public var rawQuery: String
    /// The headers, in order.
    public var headers: [AWSHeader]
    /// The body.
    public var body: [UInt8]

    /// Makes a request.
    public init(
        method: String, rawPath: String, rawQuery: String = "", headers: [AWSHeader] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.rawPath = rawPath
        self.rawQuery = rawQuery
        self.headers = headers
        self.body = body
    }

    /// The value of the first header called `name`.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }
}

/// An HTTP response, for the gateway to send.
public struct AWSResponse: Sendable, Equatable {
    /// The status code.
    public var status: Int
    /// The headers, in order; no length, date or request id.
    public var headers: [AWSHeader]
    /// The body.
    public var body: [UInt8]

    /// Makes a response.
    public init(status: Int, headers: [AWSHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header called `name`.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }
}

extension String {
    /// Whether both are the same but for the case of ASCII letters, as header names compare (RFC 9110, section 5.1).
    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy {
                $0 == $1 || ($0 | 0x20 == $1 | 0x20 && ($0 | 0x20).isLowercaseLetter)
            }
    }

    /// Whether this begins with `prefix` but for the case of ASCII letters.
    func hasPrefixIgnoringASCIICase(_ prefix: String) -> Bool {
        String(decoding: utf8.prefix(prefix.utf8.count), as: UTF8.self).equalsIgnoringASCIICase(prefix)
    }
}

extension UInt8 {
    fileprivate var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
