internal import CCrypto
internal import Glibc

/// Standard base64 with padding (RFC 4648, section 4), by OpenSSL.
public enum Base64 {
    /// Encodes bytes, padded, in one line.
    public static func encode(_ bytes: [UInt8]) -> String {
        guard !bytes.isEmpty else { return "" }
        // EVP_EncodeBlock writes a terminating NUL after the text.
        let text = [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4 + 1) { buffer, count in
            count = Int(EVP_EncodeBlock(buffer.baseAddress, bytes, Int32(bytes.count)))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes padded base64; `nil` for any other text. White space is refused.
    public static func decode(_ text: String) -> [UInt8]? {
        var text = text
        return text.withUTF8 { decode(utf8: $0) }
    }

    /// Decodes padded base64 from UTF-8 text in place; `nil` for any other text.
    public static func decode(utf8 text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4), text.count <= Int32.max else { return nil }
        guard let start = text.baseAddress, !text.isEmpty else { return [] }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        // EVP_DecodeBlock trims white space and reads '=' as zero bits anywhere, so both are excluded first.
        guard isAlphabet(text[0]), isAlphabet(text[text.count - padding - 1]) else { return nil }
        guard memchr(start, Int32(UInt8(ascii: "=")), text.count - padding) == nil else { return nil }
        var valid = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { buffer, count in
            let written = Int(EVP_DecodeBlock(buffer.baseAddress, start, Int32(text.count)))
            valid = written == text.count / 4 * 3
            count = valid ? written - padding : 0
        }
        return valid ? bytes : nil
    }

    private static func isAlphabet(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
