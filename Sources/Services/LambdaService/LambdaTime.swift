internal import Glibc
internal import LinuxSystem

/// Times in Lambda's format of `LastModified` and `CreatedDate`: `2026-01-31T09:30:00.123+0000`.
///
/// Source: *FunctionConfiguration* in the Lambda API reference: "in ISO-8601 format (YYYY-MM-DDThh:mm:ss.sTZD)".
enum LambdaTime {
    /// The current time.
    static func now() -> String { text(milliseconds: WallClock.nowMilliseconds()) }

    /// A time in milliseconds since 1970.
    static func text(milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1000)
        var time = tm()
        gmtime_r(&seconds, &time)
        let date = "\(time.tm_year + 1900)-\(padded(time.tm_mon + 1, 2))-\(padded(time.tm_mday, 2))"
        let clock = "\(padded(time.tm_hour, 2)):\(padded(time.tm_min, 2)):\(padded(time.tm_sec, 2))"
        return "\(date)T\(clock).\(padded(Int32(milliseconds % 1000), 3))+0000"
    }

    private static func padded(_ number: Int32, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
