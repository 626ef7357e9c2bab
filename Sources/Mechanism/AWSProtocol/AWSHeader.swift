/// A header of a request or response. Names are case-insensitive.
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

extension String {
    /// Whether both are equal apart from the case of ASCII letters, as header names compare (RFC 9110, section 5.1).
    func equalsIgnoringASCIICase(_ other: String) -> Bool {
        utf8.count == other.utf8.count
            && zip(utf8, other.utf8).allSatisfy {
                $0 == $1 || ($0 | 0x20 == $1 | 0x20 && ($0 | 0x20).isLowercaseLetter)
            }
    }

    /// Whether the string begins with `prefix`, apart from the case of ASCII letters.
    func hasPrefixIgnoringASCIICase(_ prefix: String) -> Bool {
        String(decoding: utf8.prefix(prefix.utf8.count), as: UTF8.self).equalsIgnoringASCIICase(prefix)
    }
}

extension UInt8 {
    fileprivate var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
