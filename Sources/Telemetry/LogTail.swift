/// The last bytes of one invocation's log, which `LogType: Tail` returns.
///
/// Source: *Invoke* in the Lambda API reference: "the last 4 KB of the execution log".
public struct LogTail: Sendable {
    /// How much is kept.
    public static let limitBytes = 4096

    private var lines: [String] = []
    private var byteCount = 0

    /// Makes an empty tail.
    public init() {}

    /// Adds a line, and forgets what falls off at the front.
    public mutating func append(_ line: String) {
        lines.append(line)
        byteCount += line.utf8.count + 1
        while let first = lines.first, byteCount - first.utf8.count - 1 >= Self.limitBytes {
            byteCount -= first.utf8.count + 1
            lines.removeFirst()
        }
    }

    /// The last 4 KB, lines ended by line breaks.
    public var bytes: [UInt8] {
        Array(lines.map { $0 + "\n" }.joined().utf8.suffix(Self.limitBytes))
    }
}
