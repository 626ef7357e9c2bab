public import LinuxSystem

/// Reads a zip file: its directory at once, each entry's content when asked.
///
/// The reader is strict where readers of zips are known to disagree (bytes before or after the zip, two headers that
/// differ, content that overlaps) and has no opinion about names: they come out as they are, and where files may be
/// made is the caller's policy. Content is read at offsets, so several threads may read at once.
public struct ZipReader: ~Copyable, Sendable {
    /// The entries in the order of the directory.
    public let entries: [ZipEntry]

    private let file: FileDescriptor
    private let dataOffsets: [Int]

    /// The largest directory that is read: 200 000 entries with names of 280 bytes on average.
    private static let directoryBytes = 64 << 20

    /// Reads and checks a zip's directory and every entry's own header.
    ///
    /// - Parameters:
    ///   - file: A regular file, open for reading. Nobody may change it meanwhile.
    ///   - maximumEntryCount: More entries than this are refused before any is read.
    public init(_ file: consuming FileDescriptor, maximumEntryCount: Int) throws(ArchiveError) {
        let fileSize = try Self.size(of: file)
        let trailer = try ZipTrailer(endOf: file, fileSize: fileSize)
        guard trailer.entryCount <= maximumEntryCount else { throw .tooManyEntries(count: trailer.entryCount) }
        guard trailer.directorySize <= Self.directoryBytes else {
            throw .unsupported("a directory of \(trailer.directorySize) bytes", path: nil)
        }
        let entries = try Self.entries(of: trailer, in: file)
        let dataOffsets = try Self.dataOffsets(of: entries, before: trailer.directoryOffset, in: file)
        (self.entries, self.dataOffsets) = (entries, dataOffsets)
        self.file = file
    }

    /// Unpacks an entry's content into `receive`, piece by piece.
    ///
    /// - Parameters:
    ///   - index: Which of `entries`.
    ///   - buffers: Memory to work in; use one for many entries of the same thread.
    ///   - receive: Gets each piece, valid during the call. No more bytes than the entry declares are ever passed.
    /// - Throws: `.damaged` when size or checksum differ from what the entry declares; what was received by then is
    ///   void.
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

    /// An entry's whole content, for small ones such as the targets of symbolic links.
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
            // Output that fills the buffer may have more behind it, even with no input left.
            var isOutputFull = false
            while !isFinished, !piece.isEmpty || isOutputFull {
                guard let step = inflater.step(from: piece, to: buffers.output), step.hasMoved || piece.isEmpty else {
                    throw .damaged("the content does not unpack", path: entry.displayPath)
                }
                piece = UnsafeRawBufferPointer(rebasing: piece.dropFirst(step.consumedCount))
                isOutputFull = step.producedCount == buffers.output.count
                isFinished = step.isFinished
                try check.pass(UnsafeRawBufferPointer(rebasing: buffers.output.prefix(step.producedCount)), to: receive)
            }
            guard !isFinished || piece.isEmpty else { break }
        }
        guard isFinished, source.remaining == 0 else {
            throw .damaged("the content ends before or after it should", path: entry.displayPath)
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
        guard rest.isEmpty else { throw .damaged("the directory has more than it counts", path: nil) }
        return entries
    }

    /// Where each entry's content starts. Contents that overlap, each other or the directory, are how a small zip is
    /// made to unpack without end.
    private static func dataOffsets(
        of entries: [ZipEntry], before directoryOffset: Int, in file: borrowing FileDescriptor
    ) throws(ArchiveError) -> [Int] {
        var offsets = [Int](repeating: 0, count: entries.count)
        var end = 0
        for index in entries.indices.sorted(by: { entries[$0].headerOffset < entries[$1].headerOffset }) {
            let entry = entries[index]
            offsets[index] = try ZipLocalHeader.dataOffset(of: entry, in: file)
            guard entry.headerOffset >= end, offsets[index] + entry.compressedSize <= directoryOffset else {
                throw .damaged("the content overlaps something else", path: entry.displayPath)
            }
            end = offsets[index] + entry.compressedSize
        }
        return offsets
    }
}
