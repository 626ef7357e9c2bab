/// The value of a `Host` field: a name or an address, and a port (RFC 9110, section 7.2; RFC 3986, section 3.2).
///
/// What is neither is refused: who decides by the name, such as a guard against web pages, would take it for another
/// one than a proxy or a service behind it.
enum HostField {
    /// Whether a value is one. It may be empty, for a target without an authority.
    static func isValid(_ value: String) -> Bool {
        var bytes = Substring(value).utf8
        if bytes.first == UInt8(ascii: "[") {
            guard let end = bytes.firstIndex(of: UInt8(ascii: "]")), isAddress(bytes[..<end].dropFirst()) else {
                return false
            }
            bytes = bytes[bytes.index(after: end)...]
            guard bytes.isEmpty || bytes.first == UInt8(ascii: ":") else { return false }
        } else {
            bytes = bytes.drop(while: isOfName)
        }
        guard bytes.first == UInt8(ascii: ":") else { return bytes.isEmpty }
        return bytes.dropFirst().allSatisfy { (48...57).contains($0) }
    }

    /// An address of version 6: hexadecimal digits, colons, and dots where it ends in one of version 4.
    private static func isAddress(_ bytes: Substring.UTF8View) -> Bool {
        bytes.contains(UInt8(ascii: ":"))
            && bytes.allSatisfy { byte in
                switch byte {
                case 48...57, 65...70, 97...102, UInt8(ascii: ":"), UInt8(ascii: "."): true
                default: false
                }
            }
    }

    /// A character of a registered name: unreserved, percent-encoded or a delimiter that has no other meaning.
    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"): true
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "="):
            true
        default: false
        }
    }
}
