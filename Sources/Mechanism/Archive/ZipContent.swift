internal import LinuxSystem

/// Buffers for decompression, for one thread.
public struct ZipBuffers: ~Copyable {
    let input: UnsafeMutableRawBufferPointer
    let output: UnsafeMutableRawBufferPointer

    /// Allocates 64 KiB for compressed and 256 KiB for decompressed bytes: enough that the cost of system calls is
    /// negligible.
    public init() {
        input = .allocate(byteCount: 64 << 10, alignment: 64)
        output = .allocate(byteCount: 256 << 10, alignment: 64)
    }

    deinit {
        input.deallocate()
        output.deallocate()
    }
}

/// The unread compressed bytes of one entry.
struct ZipContentSource {
    private var offset: Int
    private(set) var remaining: Int

    init(offset: Int, remaining: Int) {
        self.offset = offset
        self.remaining = remaining
    }

    /// The next piece, in `buffer`; `nil` at the end.
    mutating func next(
        from file: borrowing FileDescriptor, into buffer: UnsafeMutableRawBufferPointer, _ entry: ZipEntry
    ) throws(ArchiveError) -> UnsafeRawBufferPointer? {
        guard remaining > 0 else { return nil }
        let wanted = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(remaining))
        let count: Int
        do throws(SystemCallError) {
            count = try file.read(into: wanted, at: offset)
        } catch {
            throw .system(error)
        }
        guard count > 0 else { throw .damaged("the file ends early", path: entry.displayPath) }
        offset += count
        remaining -= count
        return UnsafeRawBufferPointer(rebasing: wanted.prefix(count))
    }
}

/// Checks decompressed content against the size and checksum that its entry declares.
struct ZipContentCheck {
    private let entry: ZipEntry
    private var count = 0
    private var checksum: UInt32 = 0

    init(_ entry: ZipEntry) {
        self.entry = entry
    }

    /// Passes a piece on, unless the content then exceeds its declared size.
    mutating func pass(
        _ piece: UnsafeRawBufferPointer, to receive: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void
    ) throws(ArchiveError) {
        guard !piece.isEmpty else { return }
        guard piece.count <= entry.size - count else {
            throw .damaged("the content is longer than declared", path: entry.displayPath)
        }
        count += piece.count
        checksum = updatedCRC32(checksum, with: piece)
        do throws(SystemCallError) {
            try receive(piece)
        } catch {
            throw .system(error)
        }
    }

    /// Checks the total size and the checksum.
    func finish() throws(ArchiveError) {
        guard count == entry.size else {
            throw .damaged("the content is shorter than declared", path: entry.displayPath)
        }
        guard checksum == entry.checksum else { throw .damaged("the checksum differs", path: entry.displayPath) }
    }
}
