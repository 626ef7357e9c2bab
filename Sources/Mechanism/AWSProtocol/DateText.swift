internal import Glibc

/// Parses a text that may be a date. (strptime(3) is too lenient: it accepts white space and days out of range.)
struct DateText {
    private let bytes: [UInt8]

    init(_ text: String) {
        bytes = Array(text.utf8.prefix(41))
    }

    /// Seconds since 1970 when the text is `2026-01-31T23:59:59.123Z` or has `+hh:mm` for `Z` (RFC 3339).
    var iso8601: Double? {
        guard bytes.count >= 20, bytes.count <= 40, has("-", at: 4), has("-", at: 7), has("T", at: 10),
            let moment = moment(year: 0, month: number(5..<7), day: 8, time: 11)
        else { return nil }
        let tail = bytes[19...]
        let digits = has(".", at: 19) ? tail.dropFirst().prefix { (48...57).contains($0) } : []
        guard !has(".", at: 19) || !digits.isEmpty else { return nil }
        let fraction = Double("0." + String(decoding: digits, as: UTF8.self) + "0") ?? 0
        return zoneSeconds(from: 19 + (digits.isEmpty ? 0 : digits.count + 1)).map { moment + fraction - $0 }
    }

    /// Seconds since 1970 when the text is `Sat, 31 Jan 2026 23:59:59 GMT` (RFC 9110, section 5.6.7).
    var httpDate: Double? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard bytes.count == 29, has(", ", at: 3), has(" ", at: 7), has(" ", at: 11), has(" ", at: 16),
            has(" GMT", at: 25)
        else { return nil }
        let month = months.firstIndex { has($0, at: 8) }.map { $0 + 1 }
        return moment(year: 12, month: month, day: 5, time: 17)
    }

    /// Seconds since 1970 of the parts at these offsets; `nil` for an invalid date such as a 30th of February.
    private func moment(year: Int, month: Int?, day: Int, time: Int) -> Double? {
        guard has(":", at: time + 2), has(":", at: time + 5), let year = number(year..<year + 4), let month,
            let day = number(day..<day + 2), let hour = number(time..<time + 2),
            let minute = number(time + 3..<time + 5),
            let second = number(time + 6..<time + 8), (1...12).contains(month), hour < 24, minute < 60, second <= 60
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(year - 1900), Int32(month - 1), Int32(day))
        (parts.tm_hour, parts.tm_min) = (Int32(hour), Int32(minute))
        let midnightAndTime = timegm(&parts)
        guard parts.tm_mday == Int32(day) else { return nil }
        return Double(midnightAndTime) + Double(second)
    }

    /// The offset from UTC: `Z`, `+hh:mm` or `-hh:mm` at the end of the text.
    private func zoneSeconds(from place: Int) -> Double? {
        if has("Z", at: place) { return bytes.count == place + 1 ? 0 : nil }
        guard bytes.count == place + 6, has("+", at: place) || has("-", at: place), has(":", at: place + 3),
            let hours = number(place + 1..<place + 3), let minutes = number(place + 4..<place + 6), hours < 24,
            minutes < 60
        else { return nil }
        let seconds = Double(hours * 3600 + minutes * 60)
        return has("-", at: place) ? -seconds : seconds
    }

    private func has(_ text: String, at place: Int) -> Bool {
        place <= bytes.count && bytes[place...].starts(with: text.utf8)
    }

    private func number(_ range: Range<Int>) -> Int? {
        guard range.upperBound <= bytes.count else { return nil }
        return bytes[range].reduce(0) { total, digit in
            guard let total, (48...57).contains(digit) else { return nil }
            return total * 10 + Int(digit - 48)
        }
    }
}
