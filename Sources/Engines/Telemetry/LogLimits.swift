/// What functions' logs may take on the disk. Where there is more, the files that were written longest ago are removed.
public struct LogLimits: Sendable {
    /// The size at which a stream's file is rotated, in bytes. One rotated file is kept, so that a function that only
    /// prints cannot fill the disk.
    public var streamBytes = 16 << 20
    /// All streams of one function, in bytes. Each environment has a stream of its own, and hundreds of them come and
    /// go in an hour.
    public var functionBytes = 256 << 20
    /// All files of one function: a file takes an inode also where it has a line only.
    public var functionFiles = 4_000
    /// All functions of one account, in all regions, in bytes.
    public var accountBytes = 2 << 30
    /// How long a file is kept after its last line, in seconds: thirty days.
    public var keptSeconds = 30 * 86_400

    /// The defaults.
    public init() {}

    /// A stream's size where so many streams of its function are open: files that are written are not removed, so
    /// that all of them together, each with its rotated file, take half of the function's share at most. But none is
    /// rotated before it has a few thousand lines.
    func streamBytes(openCount: Int) -> Int {
        min(streamBytes, max(min(streamBytes, Self.leastStreamBytes), functionBytes / 4 / max(1, openCount)))
    }

    private static let leastStreamBytes = 256 << 10
}

/// A file of a log.
struct LogFile: Equatable, Sendable {
    let path: String
    let bytes: Int
    /// When it was last written.
    let modifiedSeconds: Int
    /// Whether a stream writes to it: such a file stays.
    let isOpen: Bool

    /// The files that go: those that are too old, and as many of the oldest as are too much.
    ///
    /// - Parameters:
    ///   - bytes: how much all files may have.
    ///   - count: how many there may be.
    static func excess(of files: [LogFile], bytes: Int, count: Int, olderThanSeconds moment: Int) -> [LogFile] {
        var (bytesLeft, countLeft) = (bytes, count)
        // What is open stays in any case; the newest come next.
        let order = files.sorted { left, right in
            left.isOpen == right.isOpen ? left.modifiedSeconds > right.modifiedSeconds : left.isOpen
        }
        var excess: [LogFile] = []
        for file in order {
            bytesLeft -= file.bytes
            countLeft -= 1
            guard !file.isOpen else { continue }
            if bytesLeft < 0 || countLeft < 0 || file.modifiedSeconds < moment {
                excess.append(file)
                bytesLeft += file.bytes
                countLeft += 1
            }
        }
        return excess
    }
}
