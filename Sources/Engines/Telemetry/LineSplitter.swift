/// Cuts a stream of bytes into lines. A line that is longer than the limit is cut there; bytes that are not UTF-8 are
/// replaced. A pure value.
public struct LineSplitter: Sendable {
    private var rest: [UInt8] = []
    private let limitBytes: Int

    /// Makes a splitter.
    ///
    /// - Parameter limitBytes: the longest line. CloudWatch's longest event, 1 MiB since 2025, 256 KiB before, is more
    ///   than a person reads; 256 KiB it is.
    public init(limitBytes: Int = 256 * 1024) {
        self.limitBytes = limitBytes
    }

    /// Adds bytes and takes the lines that are complete with them.
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

    /// Takes what has no line break yet: when an invocation ends, or its environment.
    public mutating func flush() -> [String] {
        guard !rest.isEmpty else { return [] }
        defer { rest.removeAll(keepingCapacity: true) }
        return [String(decoding: rest, as: UTF8.self)]
    }
}
