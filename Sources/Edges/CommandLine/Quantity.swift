/// Formats quantities for people: short, with two or three significant digits.
enum Quantity {
    /// `0s`, `59s`, `12m`, `3h`, `5d`: whole units, rounded down.
    static func duration(seconds: Double) -> String {
        let seconds = Int(max(0, min(seconds, 1e12)))
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m"
        case ..<86_400: return "\(seconds / 3_600)h"
        default: return "\(seconds / 86_400)d"
        }
    }

    /// `85 ms`, `1.4 s`.
    static func elapsed(milliseconds: Int) -> String {
        milliseconds < 1_000 ? "\(milliseconds) ms" : "\(tenths(Double(milliseconds) / 1_000)) s"
    }

    /// `812 KB`, `23 MB`, `1.5 GB`, in units of 1 024.
    static func memory(bytes: Double) -> String {
        let megabytes = bytes / 1_048_576
        if megabytes < 1 { return "\(Int(bytes / 1_024)) KB" }
        return megabytes < 1_000 ? "\(Int(megabytes.rounded())) MB" : "\(tenths(megabytes / 1_024)) GB"
    }

    /// One decimal below a hundred, none above: `0`, `0.4`, `12.5`, `4810`.
    static func rate(_ perSecond: Double) -> String {
        if perSecond == 0 { return "0" }
        return perSecond < 100 ? tenths(perSecond) : "\(Int(perSecond.rounded()))"
    }

    private static func tenths(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
