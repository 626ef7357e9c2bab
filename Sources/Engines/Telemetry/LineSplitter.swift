/// Splits a stream of bytes into lines. A line longer than the limit is split there; bytes that are not UTF-8 are
/// replaced. A pure value.
public struct LineSplitter: Sendable {
    private var rest: [UInt8] = []
    private let limitBytes: Int

    /// Makes a splitter.
    ///
    /// - Parameter limitBytes: the longest line. CloudWatch's longest event is 1 MiB since 2025 and was 256 KiB before;
    ///   the default is the latter, which is enough for people.
    public init(limitBytes: Int = 256 * 1024) {
        self.limitBytes = limitBytes
    }

    /// Adds bytes, and returns the lines that they complete.
    public mutating func feed(_ bytes: some Sequence<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(String(decoding: rest, as: UTF8.self))
                rest.removeAll(keepingCapacity: true)
            } else {
                rest.append(byte)
                if rest.count >= limitBytes { lines += flush() }
            }
        }
        return lines
    }

    /// Returns the incomplete last line, when an invocation or its environment ends.
    public mutating func flush() -> [String] {
        guard !rest.isEmpty else { return [] }
        defer { rest.removeAll(keepingCapacity: true) }
        return [String(decoding: rest, as: UTF8.self)]
    }
}
