public import LinuxSystem

/// Reads a zip file: its directory at once, each entry's content on demand.
///
/// The reader is strict where readers of zips are known to disagree: bytes before or after the zip, or behind a
/// compressed stream, two headers that differ, content that overlaps, several parts. It does not check names: they are
/// returned as they are, and the caller decides where files may be created. Content is read at offsets, so several
/// threads may read at once.
public struct ZipReader: ~Copyable, Sendable {
    /// The entries in the order of the directory.
    public let entries: [ZipEntry]
    /// The size of the zip in bytes.
    public let fileSize: Int

    private let file: FileDescriptor
    private let dataOffsets: [Int]

    /// The largest directory that is accepted: 200 000 entries with names of 280 bytes on average.
    private static let directoryBytes = 64 << 20

    /// Reads and checks a zip's directory and every entry's local header.
    ///
    /// - Parameters:
    ///   - file: A regular file, open for reading. It must not change meanwhile.
    ///   - maximumEntryCount: A zip with more entries is refused before any is read.
    public init(_ file: consuming FileDescriptor, maximumEntryCount: Int) throws(ArchiveError) {
        let fileSize = try Self.size(of: file)
        let trailer = try ZipTrailer(endOf: file, fileSize: fileSize)
        guard trailer.entryCount <= maximumEntryCount else { throw .tooManyEntries(count: trailer.entryCount) }
        guard trailer.directorySize <= Self.directoryBytes else {
            throw .unsupported("a directory of \(trailer.directorySize) bytes", path: nil)
        }
        let entries = try Self.entries(of: trailer, in: file)
        let dataOffsets = try Self.dataOffsets(of: entries, before: trailer.directoryOffset, in: file)
        (self.entries, self.fileSize, self.dataOffsets) = (entries, fileSize, dataOffsets)
        self.file = file
    }

    /// Decompresses an entry's content and passes it to `receive` piece by piece.
    ///
    /// - Parameters:
    ///   - index: The entry's index in `entries`.
    ///   - buffers: Working memory; reuse it for many entries on the same thread.
    ///   - receive: Called with each piece, which is valid during the call; never with more bytes than the entry
    ///     declares.
    /// - Throws: `.damaged` when size or checksum differ from the declared ones; the pieces received until then are
    ///   invalid.
    public borrowing func unpack(
        _ index: Int, using buffers: borrowing ZipBuffers,
        receive: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void
    ) throws(ArchiveError) {
        let entry = entries[index]
        var check = ZipContentCheck(entry)
        var source = ZipContentSource(offset: dataOffsets[index], remaining: entry.compressedSize)
        switch entry.method {
        case .stored:
            while let piece = try source.next(from: file, into: buffers.input, entry) {
                try check.pass(piece, to: receive)
            }
        case .deflated:
            try inflate(entry, &source, &check, buffers, receive)
        }
        try check.finish()
    }

    /// An entry's whole content, for small entries such as symbolic links.
    public borrowing func content(of index: Int, using buffers: borrowing ZipBuffers) throws(ArchiveError) -> [UInt8] {
        var content: [UInt8] = []
        try unpack(index, using: buffers) { piece throws(SystemCallError) in content.append(contentsOf: piece) }
        return content
    }

    private borrowing func inflate(
        _ entry: ZipEntry, _ source: inout ZipContentSource, _ check: inout ZipContentCheck,
        _ buffers: borrowing ZipBuffers, _ receive: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void
    ) throws(ArchiveError) {
        var inflater = Inflater()
        var isFinished = false
        while !isFinished, var piece = try source.next(from: file, into: buffers.input, entry) {
            // When the output buffer is full, more output may follow even without further input.
            var isOutputFull = false
            while !isFinished, !piece.isEmpty || isOutputFull {
                guard let step = inflater.step(from: piece, to: buffers.output), step.madeProgress || piece.isEmpty
                else {
                    throw .damaged("the content is not valid deflate data", path: entry.displayPath)
                }
                piece = UnsafeRawBufferPointer(rebasing: piece.dropFirst(step.consumedCount))
                isOutputFull = step.producedCount == buffers.output.count
                isFinished = step.isFinished
                try check.pass(UnsafeRawBufferPointer(rebasing: buffers.output.prefix(step.producedCount)), to: receive)
            }
            // What follows the end of the stream would be read by no one, or by another reader as something else.
            guard piece.isEmpty else {
                throw .damaged("there are bytes after the end of the compressed content", path: entry.displayPath)
            }
        }
        guard isFinished, source.remaining == 0 else {
            throw .damaged("the compressed content has another length than declared", path: entry.displayPath)
        }
    }

    private static func size(of file: borrowing FileDescriptor) throws(ArchiveError) -> Int {
        do throws(SystemCallError) {
            return try file.status().size
        } catch {
            throw .system(error)
        }
    }

    private static func entries(
        of trailer: ZipTrailer, in file: borrowing FileDescriptor
    ) throws(ArchiveError) -> [ZipEntry] {
        var rest = try file.archiveBytes(count: trailer.directorySize, at: trailer.directoryOffset)[...]
        var entries: [ZipEntry] = []
        for _ in 0..<trailer.entryCount {
            let header = try ZipCentralHeader(rest)
            entries.append(header.entry)
            rest = rest.dropFirst(header.byteCount)
        }
        guard rest.isEmpty else { throw .damaged("the directory has bytes after its last entry", path: nil) }
        return entries
    }

    /// The offset of each entry's content. Content that overlaps other content or the directory is refused: zip bombs
    /// use that.
    private static func dataOffsets(
        of entries: [ZipEntry], before directoryOffset: Int, in file: borrowing FileDescriptor
    ) throws(ArchiveError) -> [Int] {
        var offsets = [Int](repeating: 0, count: entries.count)
        var end = 0
        for index in entries.indices.sorted(by: { entries[$0].headerOffset < entries[$1].headerOffset }) {
            let entry = entries[index]
            offsets[index] = try ZipLocalHeader.dataOffset(of: entry, in: file)
            guard entry.headerOffset >= end, offsets[index] + entry.compressedSize <= directoryOffset else {
                throw .damaged("the content overlaps another entry or the directory", path: entry.displayPath)
            }
            end = offsets[index] + entry.compressedSize
        }
        return offsets
    }
}
