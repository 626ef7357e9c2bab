/// The bytes between the quotes of a JSON text, in place in the input. Valid UTF-8, with valid escapes.
struct JSONText {
    let bytes: UnsafeBufferPointer<UInt8>
    let hasEscapes: Bool

    /// The text, with escapes resolved.
    var string: String {
        hasEscapes ? String(decoding: unescaped(), as: UTF8.self) : String(decoding: bytes, as: UTF8.self)
    }

    /// Passes the text's UTF-8 bytes to `body`: in place when there are no escapes, so that a base64 text of 70 MB is
    /// not copied.
    func withUTF8<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        hasEscapes ? unescaped().withUnsafeBufferPointer(body) : body(bytes)
    }

    private func unescaped() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count else {
                output.append(bytes[index])
                index += 1
                continue
            }
            if bytes[index + 1] == UInt8(ascii: "u") {
                appendScalar(at: &index, to: &output)
            } else {
                output.append(Self.meaning(ofEscape: bytes[index + 1]))
                index += 2
            }
        }
        return output
    }

    /// Resolves `\uXXXX`, or a surrogate pair of two. A lone surrogate is legal JSON but no scalar: it becomes U+FFFD.
    private func appendScalar(at index: inout Int, to output: inout [UInt8]) {
        let first = codeUnit(at: index)
        index += 6
        var scalar = Unicode.Scalar(first)
        if UTF16.isLeadSurrogate(UInt16(first)) {
            let second = codeUnit(at: index)
            if UTF16.isTrailSurrogate(UInt16(second)) {
                index += 6
                scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            }
        }
        output.append(contentsOf: String(scalar ?? "\u{FFFD}").utf8)
    }

    /// The code unit of the escape at `index`; 0 when there is none.
    private func codeUnit(at index: Int) -> UInt32 {
        guard index + 6 <= bytes.count, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { return 0 }
        return (2..<6).reduce(0) { $0 << 4 | UInt32(Self.hexadecimalValue(of: bytes[index + $1]) ?? 0) }
    }

    private static func meaning(ofEscape letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }

    /// The value of a hexadecimal digit in either case.
    static func hexadecimalValue(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
