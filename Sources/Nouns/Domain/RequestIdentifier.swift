internal import Digest

/// Makes request ids: version 4 UUIDs in lower case (RFC 9562, section 5.4).
public enum RequestIdentifier {
    /// A new one.
    public static func make() -> String {
        let random = SecureRandom()
        let high = random.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = random.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for shift in stride(from: 60, through: 0, by: -4) {
                if position == 8 || position == 13 { position = appendDash(buffer, position) }
                position = append(high >> UInt64(shift), buffer, position)
            }
            for shift in stride(from: 60, through: 0, by: -4) {
                if position == 18 || position == 23 { position = appendDash(buffer, position) }
                position = append(low >> UInt64(shift), buffer, position)
            }
            return position
        }
    }

    /// Whether a text has the form of one: hexadecimal digits, in either case, in five groups.
    public static func isOne(_ text: String) -> Bool {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12]
            && text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || Character(Unicode.Scalar($0)).isHexDigit }
    }

    private static func append(_ value: UInt64, _ buffer: UnsafeMutableBufferPointer<UInt8>, _ position: Int) -> Int {
        buffer[position] = Hexadecimal.digit(value)
        return position + 1
    }

    private static func appendDash(_ buffer: UnsafeMutableBufferPointer<UInt8>, _ position: Int) -> Int {
        buffer[position] = UInt8(ascii: "-")
        return position + 1
    }
}
