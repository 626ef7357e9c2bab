internal import Domain

/// The last bytes of one invocation's log, which `LogType: Tail` returns.
///
/// Source: *Invoke* in the Lambda API reference: "the last 4 KB of the execution log".
public struct LogTail: Sendable {
    private var text: [UInt8] = []

    /// Makes an empty tail.
    public init() {}

    /// Adds a line.
    ///
    /// Only the last bytes are kept. They are cut when twice as many have come together, so that a line costs the
    /// same however short it is: a function may print nothing but line breaks, as fast as it can.
    public mutating func append(_ line: String) {
        if line.utf8.count <= LambdaLimits.logTailBytes {
            text.append(contentsOf: line.utf8)
        } else {
            text.append(contentsOf: line.utf8.suffix(LambdaLimits.logTailBytes))
        }
        text.append(UInt8(ascii: "\n"))
        if text.count > 2 * LambdaLimits.logTailBytes { text.removeFirst(text.count - LambdaLimits.logTailBytes) }
    }

    /// The last 4 KB, lines ended by line breaks. What a cut has left of a character is dropped: clients decode this as
    /// UTF-8, and some fail where it begins within one.
    public var bytes: [UInt8] { Array(text.suffix(LambdaLimits.logTailBytes).drop { $0 & 0xC0 == 0x80 }) }
}
