internal import Archive
internal import Digest
internal import Glibc
internal import LinuxSystem

/// The private folder of one ingest below `ingest/`.
struct Workspace: ~Copyable {
    let name: FilePath
    let folder: FileDescriptor

    static let zipName: FilePath = "zip"
    static let manifestName: FilePath = "manifest"
    static let treeName: FilePath = "tree"

    /// Makes the folder.
    init(number: Int, in ingest: borrowing FileDescriptor) throws(SystemCallError) {
        name = FilePath(String(number))
        try ingest.makeDirectory(at: name)
        folder = try ingest.open(at: name, [.read, .directory, .noFollow])
    }

    /// Removes the folder with everything in it.
    borrowing func discard(from ingest: borrowing FileDescriptor) throws(SystemCallError) {
        try ingest.removeTree(at: name)
    }

    /// Creates the empty file for the zip.
    borrowing func makeZip() throws(SystemCallError) -> FileDescriptor {
        try folder.open(at: Self.zipName, [.write, .create, .exclusive, .noFollow])
    }

    /// Opens the copy for reading.
    borrowing func zip(maximumEntryCount: Int) throws(LayerStoreError) -> ZipReader {
        let file = try asStoreError { () throws(SystemCallError) in
            try folder.open(at: Self.zipName, [.read, .noFollow])
        }
        do throws(ArchiveError) {
            return try ZipReader(file, maximumEntryCount: maximumEntryCount)
        } catch {
            throw LayerStoreError(error)
        }
    }

    /// Makes the empty tree.
    borrowing func makeTree() throws(SystemCallError) -> FileDescriptor {
        try folder.makeDirectory(at: Self.treeName)
        return try folder.open(at: Self.treeName, [.read, .directory, .noFollow])
    }

    /// Opens the folder a second time.
    borrowing func reopen() throws(SystemCallError) -> FileDescriptor {
        try folder.open(at: ".", [.read, .directory])
    }

    /// Writes the manifest.
    borrowing func write(_ manifest: TreeManifest) throws(SystemCallError) {
        let file = try folder.open(at: Self.manifestName, [.write, .create, .exclusive, .noFollow])
        try file.write(all: manifest.encoded)
    }
}

/// The source of a zip.
enum ZipSource: ~Copyable {
    case bytes([UInt8])
    case file(FileDescriptor)

    /// Passes the zip's bytes on in pieces, in order.
    borrowing func forEachPiece(
        _ body: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void
    ) throws(SystemCallError) {
        switch self {
        case .bytes(let bytes): try bytes.withUnsafeBytesTyped(body)
        case .file(let file):
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
            defer { buffer.deallocate() }
            var offset = 0
            while case let count = try file.read(into: buffer, at: offset), count > 0 {
                try body(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
                offset += count
            }
        }
    }
}

extension [UInt8] {
    /// `withUnsafeBytes` that keeps the type of a thrown error.
    func withUnsafeBytesTyped<Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let outcome: Result<Void, Failure> = withUnsafeBytes { buffer in
            do throws(Failure) {
                return .success(try body(buffer))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }
}
