/// Writes metrics in Prometheus's text format, version 0.0.4.
///
/// Source: "Exposition formats" in the Prometheus documentation.
public struct PrometheusText: Sendable {
    /// The type of a metric family.
    public enum Kind: String, Sendable {
        /// Values that only grow, until the server restarts.
        case counter
        /// Values that rise and fall.
        case gauge
        /// The buckets, sum and count of a distribution.
        case histogram
    }

    /// Names of labels and their values, in the order in which they are written.
    public typealias Labels = [(name: String, value: String)]

    /// The content type to send the text with.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The text so far.
    public private(set) var text = ""

    /// Begins a text.
    public init() {}

    /// Begins a family; its samples follow.
    public mutating func begin(_ name: String, _ kind: Kind, help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// Writes a whole number.
    public mutating func add(_ name: String, _ labels: Labels, _ value: UInt64) {
        text += "\(name)\(Self.written(labels)) \(value)\n"
    }

    /// Writes a number.
    public mutating func add(_ name: String, _ labels: Labels, _ value: Double) {
        text += "\(name)\(Self.written(labels)) \(value)\n"
    }

    /// Writes a distribution, in seconds.
    public mutating func add(_ name: String, _ labels: Labels, _ histogram: DurationHistogram) {
        for (bound, count) in histogram.cumulative {
            add("\(name)_bucket", labels + [("le", "\(Double(bound) / 1e9)")], count)
        }
        add("\(name)_bucket", labels + [("le", "+Inf")], histogram.count)
        add("\(name)_sum", labels, Double(histogram.sumNanoseconds) / 1e9)
        add("\(name)_count", labels, histogram.count)
    }

    private static func written(_ labels: Labels) -> String {
        guard !labels.isEmpty else { return "" }
        return "{" + labels.map { "\($0.name)=\"\(escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
