internal import Digest

/// A revision of a function or alias: a random UUID in lower case that changes with every update. Callers send it back
/// so that an update of something they have not seen fails.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html>, `RevisionId`.
public struct RevisionID: Hashable, Sendable, CustomStringConvertible {
    /// The UUID: 36 characters, lower case.
    public let description: String

    /// Parses a lower-case UUID; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 36 else { return nil }
        for (index, digit) in digits.enumerated() {
            let isHexadecimal = digit.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(digit)
            guard Self.dashes.contains(index) ? digit == UInt8(ascii: "-") : isHexadecimal else { return nil }
        }
        description = String(text)
    }

    /// Makes a new revision: a version 4 UUID (RFC 9562, section 5.4) from the generator's next 128 bits.
    public static func random(using generator: inout some RandomNumberGenerator) -> RevisionID {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        bytes[6] = bytes[6] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        var text: [UInt8] = []
        for byte in bytes {
            if dashes.contains(text.count) { text.append(UInt8(ascii: "-")) }
            text += [Hexadecimal.digit(byte >> 4), Hexadecimal.digit(byte)]
        }
        return RevisionID(unchecked: String(decoding: text, as: UTF8.self))
    }

    private static let dashes: Set = [8, 13, 18, 23]

    private init(unchecked text: String) {
        description = text
    }
}
