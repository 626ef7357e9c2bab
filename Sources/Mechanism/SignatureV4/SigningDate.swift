internal import Glibc

/// The time of a signature, in seconds: `20150830T123600Z`.
public struct SigningDate: Hashable, Sendable, CustomStringConvertible {
    /// Seconds since 1970-01-01T00:00:00Z.
    public let secondsSinceEpoch: Int64
    /// The time in the format of `X-Amz-Date`.
    public let description: String

    /// Makes a date of seconds since 1970-01-01T00:00:00Z.
    public init(secondsSinceEpoch: Int64) {
        self.secondsSinceEpoch = secondsSinceEpoch
        var moment = time_t(secondsSinceEpoch)
        var parts = tm()
        gmtime_r(&moment, &parts)
        let text = [UInt8](unsafeUninitializedCapacity: 64) { buffer, count in
            count = buffer.withMemoryRebound(to: CChar.self) {
                strftime($0.baseAddress, $0.count, "%Y%m%dT%H%M%SZ", &parts)
            }
        }
        description = String(decoding: text, as: UTF8.self)
    }

    /// Parses `20150830T123600Z`; `nil` for any other text, and for an invalid date such as a 30th of February.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z") else { return nil }
        let digits = bytes[..<8] + bytes[9..<15]
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        let number = { (range: Range<Int>) in bytes[range].reduce(Int32(0)) { $0 * 10 + Int32($1 - 48) } }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (number(0..<4) - 1900, number(4..<6) - 1, number(6..<8))
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (number(9..<11), number(11..<13), number(13..<15))
        // timegm(3) carries values out of range over to the next unit, so an invalid date formats differently.
        self.init(secondsSinceEpoch: Int64(timegm(&parts)))
        guard description == text else { return nil }
    }

    /// Parses a `Date` header: `Sun, 30 Aug 2015 12:36:00 GMT` (RFC 9110, section 5.6.7); `nil` for any other text.
    init?(httpDate text: String) {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(where: { $0 == words[2] }) else {
            return nil
        }
        let number = (month < 9 ? "0" : "") + String(month + 1)
        self.init("\(words[3])\(number)\(words[1])T\(words[4].filter { $0 != ":" })Z")
    }

    /// The day in the format of a credential scope: `20150830`.
    public var day: String { String(description.prefix(8)) }
}
