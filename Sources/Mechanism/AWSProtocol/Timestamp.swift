internal import Glibc

/// A time, in seconds since 1970-01-01T00:00:00Z, and AWS's formats for it.
public struct Timestamp: Sendable, Hashable {
    /// The formats of a timestamp (Smithy's `timestampFormat`).
    public enum Format: Sendable, Equatable {
        /// Seconds since 1970 as a number, with milliseconds unless they are 0.
        case epochSeconds
        /// `2026-01-31T23:59:59.123Z` (RFC 3339).
        case iso8601
        /// `Sat, 31 Jan 2026 23:59:59 GMT` (RFC 9110, section 5.6.7).
        case httpDate
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    public var secondsSinceEpoch: Double

    /// Makes a timestamp of seconds since 1970-01-01T00:00:00Z.
    public init(secondsSinceEpoch: Double) {
        self.secondsSinceEpoch = secondsSinceEpoch
    }

    /// The years 1 to 9999, which the formats can express; other times are clamped.
    private static let formattableSeconds = -62_135_596_800.0...253_402_300_799.0

    /// Parses any of the formats; `nil` for any other text.
    public init?(parsing text: String) {
        if let seconds = Double(text), seconds.isFinite {
            self.init(secondsSinceEpoch: seconds)
        } else if let seconds = DateText(text).iso8601 ?? DateText(text).httpDate {
            self.init(secondsSinceEpoch: seconds)
        } else {
            return nil
        }
    }

    /// Formats the timestamp; `.epochSeconds` gives the text of a JSON number.
    public func formatted(_ format: Format) -> String {
        guard secondsSinceEpoch.isFinite else { return "0" }
        let range = Self.formattableSeconds
        let seconds = min(max(secondsSinceEpoch, range.lowerBound), range.upperBound)
        let milliseconds = Int64((seconds * 1000).rounded())
        let whole = milliseconds.flooringQuotient(dividingBy: 1000)
        let fraction = Int(milliseconds - whole * 1000)
        switch format {
        case .epochSeconds:
            return fraction == 0 ? "\(whole)" : "\(Double(milliseconds) / 1000)"
        case .iso8601:
            let digits = fraction == 0 ? "" : "." + Self.padded(fraction, to: 3)
            return Self.format(whole, "%04Y-%m-%dT%H:%M:%S") + digits + "Z"
        case .httpDate:
            return Self.format(whole, "%a, %d %b %04Y %H:%M:%S GMT")
        }
    }

    /// - Parameter pattern: glibc's strftime(3) writes a year before 1000 with four digits where it is told to.
    private static func format(_ seconds: Int64, _ pattern: String) -> String {
        var moment = time_t(seconds)
        var parts = tm()
        gmtime_r(&moment, &parts)
        // The process never calls setlocale(3), so names are those of the C locale, as RFC 9110 requires.
        let text = [CChar](unsafeUninitializedCapacity: 64) { buffer, count in
            count = strftime(buffer.baseAddress, buffer.count, pattern, &parts)
        }
        return String(decoding: text.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func padded(_ number: Int, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    /// The quotient rounded down, so that times before 1970 have a positive fraction.
    fileprivate func flooringQuotient(dividingBy divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
