/// The last bytes of one invocation's log, which `LogType: Tail` returns.
///
/// Source: *Invoke* in the Lambda API reference: "the last 4 KB of the execution log".
public struct LogTail: Sendable {
    /// How much is kept.
    public static let limitBytes = 4096

    private var text: [UInt8] = []

    /// Makes an empty tail.
    public init() {}

    /// Adds a line.
    ///
    /// Only the last bytes are kept. They are cut when twice as many have come together, so that a line costs the
    /// same however short it is: a function may print nothing but line breaks, as fast as it can.
    public mutating func append(_ line: String) {
        text.append(contentsOf: line.utf8.suffix(Self.limitBytes))
        text.append(UInt8(ascii: "\n"))
        if text.count > 2 * Self.limitBytes { text.removeFirst(text.count - Self.limitBytes) }
    }

    /// The last 4 KB, lines ended by line breaks.
    public var bytes: [UInt8] { Array(text.suffix(Self.limitBytes)) }
}
