/// Percent-encoding of paths and queries (RFC 3986, section 2.1).
public enum PercentEncoding {
    /// Decodes `%XX`; `nil` when a `%` is not followed by two hexadecimal digits or the result is not UTF-8.
    public static func decode(_ text: some StringProtocol) -> String? {
        decode(text, plusIsSpace: false)
    }

    /// Encodes all but unreserved characters, as SigV4 and AWS's clients do.
    public static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                output.append(byte)
            } else {
                output += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Decodes `%XX` and, with `plusIsSpace`, the `+` of a query; `nil` when the encoding is invalid.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool) -> String? {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = bytes.next().flatMap(JSONText.hexadecimalValue(of:)),
                    let low = bytes.next().flatMap(JSONText.hexadecimalValue(of:))
                else { return nil }
                output.append(high << 4 | low)
            } else {
                output.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(validating: output, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
