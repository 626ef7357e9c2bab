internal import Archive
public import Digest
public import LinuxSystem

/// A package that is open for reading: a zip file, or a folder. For one thread.
public struct PackageSource {
    /// How messages name it: the path as it was given.
    public let name: String
    /// Its entries; those of a zip in its order, so that of two with one path the later one counts.
    public let files: [PackageFile]
    /// Whether it is a folder, so that its files are files of this host.
    public let isFolder: Bool
    /// The size of the zip file; `nil` for a folder.
    public let zipByteCount: Int?

    private let content: any FileContents

    /// Reads the names, kinds and sizes of a package's entries. Devices, pipes and sockets are left out.
    ///
    /// - Parameters:
    ///   - path: a path of this host.
    ///   - name: how messages name it; `nil` for the path.
    /// - Throws: ``PackageReadError``, which names it.
    public init(reading path: String, called name: String? = nil) throws(PackageReadError) {
        self.name = name ?? path
        do throws(ArchiveError) {
            if let folder = try FolderContents(path) {
                (files, isFolder, zipByteCount, content) = (folder.files, true, nil, folder)
            } else {
                let zip = try ZipContents(path)
                (files, isFolder, zipByteCount, content) = (zip.files, false, zip.byteCount, zip)
            }
        } catch {
            throw PackageReadError(path: self.name, error)
        }
    }

    /// Passes the content of a file on, piece by piece.
    ///
    /// - Parameters:
    ///   - index: the file's place in ``files``.
    ///   - receive: called with each piece, which is valid during the call.
    public func read(
        _ index: Int, receive: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void
    ) throws(PackageReadError) {
        do throws(ArchiveError) {
            try content.read(index, receive: receive)
        } catch {
            throw PackageReadError(path: name, error)
        }
    }

    /// The content of a file, by its place in ``files``.
    public func content(of index: Int) throws(PackageReadError) -> [UInt8] {
        var bytes: [UInt8] = []
        // What an entry declares may be a lie, up to 4 GiB.
        bytes.reserveCapacity(min(files[index].size, 64 << 20))
        try read(index) { piece throws(SystemCallError) in bytes.append(contentsOf: piece) }
        return bytes
    }

    /// The digest of a file's content, by its place in ``files``.
    public func digest(of index: Int) throws(PackageReadError) -> SHA256Digest {
        var hasher = SHA256Hasher()
        try read(index) { piece throws(SystemCallError) in hasher.update(piece) }
        return hasher.finalize()
    }
}

/// Where the content of a package's files is.
protocol FileContents {
    func read(_ index: Int, receive: (UnsafeRawBufferPointer) throws(SystemCallError) -> Void) throws(ArchiveError)
}
