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
    ///
    /// One thread does this for all environments, so it goes by lines and not by bytes.
    public mutating func feed(_ bytes: [UInt8]) -> [String] {
        var lines: [String] = []
        var begin = 0
        while begin < bytes.count {
            let piece = bytes[begin..<min(bytes.count, begin + limitBytes - rest.count)]
            let end = piece.firstIndex(of: UInt8(ascii: "\n"))
            rest.append(contentsOf: piece[..<(end ?? piece.endIndex)])
            if end != nil || rest.count >= limitBytes { lines.append(takeLine()) }
            begin = end.map { $0 + 1 } ?? piece.endIndex
        }
        return lines
    }

    /// Returns the incomplete last line, when an invocation or its environment ends.
    public mutating func flush() -> [String] {
        rest.isEmpty ? [] : [takeLine()]
    }

    private mutating func takeLine() -> String {
        defer { rest.removeAll(keepingCapacity: true) }
        return String(printed: rest)
    }
}
