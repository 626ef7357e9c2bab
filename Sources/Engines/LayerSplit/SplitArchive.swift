internal import Archive
internal import LinuxSystem
internal import PackageContents

/// An archive that is written, and has its name when all are complete.
final class SplitArchive {
    /// The path that it will have.
    let path: String
    private let replacement: FileReplacement

    init(path: String) {
        self.path = path
        replacement = FileReplacement(of: path)
    }

    /// One entry: a file of a package, and its path in the archive.
    struct Entry {
        let path: String
        let place: Int
    }

    /// Writes entries in the order of their paths, with the modes that they have. A mode that the original does not
    /// have is none here as well.
    func write(
        _ entries: [Entry], of source: PackageSource, hold: borrowing BlockedSignals
    ) throws(SplitError) {
        var zip = ZipWriter(try open())
        for entry in entries.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
            if hold.isPending { throw .interrupted }
            let file = source.files[entry.place]
            let bytes: [UInt8] =
                file.kind == .file
                ? try SplitError.reading { () throws(PackageReadError) in try source.content(of: entry.place) } : []
            try writing { () throws(ArchiveError) in
                switch file.kind {
                case .directory: try zip.addDirectory(entry.path, mode: file.mode ?? 0)
                case .link(let target): try zip.addSymbolicLink(entry.path, target: target)
                case .file: try zip.addFile(entry.path, mode: file.mode ?? 0, bytes: bytes)
                }
            }
        }
        do throws(ArchiveError) {
            try zip.finish()
        } catch {
            throw .archive(error, path: path)
        }
    }

    private func open() throws(SplitError) -> FileDescriptor {
        do throws(SystemCallError) {
            return try replacement.open()
        } catch {
            throw .archive(.system(error), path: path)
        }
    }

    private func writing(_ body: () throws(ArchiveError) -> Void) throws(SplitError) {
        do throws(ArchiveError) {
            try body()
        } catch {
            throw .archive(error, path: path)
        }
    }

    /// Writes a file that is no archive.
    func write(_ bytes: [UInt8]) throws(SplitError) {
        do throws(SystemCallError) {
            try replacement.open().write(all: bytes)
        } catch {
            throw .archive(.system(error), path: path)
        }
    }

    /// Opens what has been written.
    func read() throws(SplitError) -> PackageSource {
        try SplitError.reading { () throws(PackageReadError) in try PackageSource(reading: replacement.temporaryPath) }
    }

    /// Gives the archive its name.
    func commit() throws(SplitError) {
        try SplitError.wrapping { () throws(SystemCallError) in try replacement.commit() }
    }
}
