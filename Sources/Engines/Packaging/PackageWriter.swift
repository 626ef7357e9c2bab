internal import Archive
internal import Digest
internal import LinuxSystem

/// Writes a package's zip atomically: to a temporary name beside it, then renames it.
struct PackageWriter {
    /// The path of the zip.
    let output: String

    /// Writes the entries in order, and reports the result. `depth` is for `PackageReport.shares`.
    func write(
        _ entries: [PackageEntry], depth: Int, hold: borrowing BlockedSignals, leftOut: [PackageReport.LeftOut] = []
    ) throws(PackagingError) -> PackageReport {
        guard entries.contains(where: { $0.content != .emptyDirectory }) else { throw .nothingToPackage }
        let replacement = FileReplacement(of: output)
        try writeZip(entries, to: replacement, hold: hold)
        let (digest, zippedBytes) = try Self.digest(of: replacement.temporaryPath)
        try PackagingError.wrapping { () throws(SystemCallError) in try replacement.commit() }
        return PackageReport(
            path: output, digest: digest, zippedBytes: zippedBytes,
            unzippedBytes: entries.reduce(0) { $0 + $1.byteCount },
            fileCount: entries.count { $0.content != .emptyDirectory },
            largest: PackageReport.shares(of: entries, depth: depth), leftOut: leftOut)
    }

    private func writeZip(
        _ entries: [PackageEntry], to replacement: borrowing FileReplacement, hold: borrowing BlockedSignals
    ) throws(PackagingError) {
        let file: FileDescriptor
        do throws(SystemCallError) {
            file = try replacement.open()
        } catch {
            throw .archive(.system(error))
        }
        do throws(ArchiveError) {
            var zip = ZipWriter(file)
            for entry in entries {
                if hold.isPending { break }
                try Self.add(entry, to: &zip)
            }
            try zip.finish()
        } catch {
            throw .archive(error)
        }
        if hold.isPending { throw .interrupted }
    }

    private static func open(_ path: String) throws(ArchiveError) -> FileDescriptor {
        do throws(SystemCallError) {
            return try FileDescriptor.open(FilePath(path), [.read])
        } catch {
            throw .system(error)
        }
    }

    private static func add(_ entry: PackageEntry, to zip: inout ZipWriter) throws(ArchiveError) {
        switch entry.content {
        case .emptyDirectory: try zip.addDirectory(entry.path, mode: 0o755)
        case .symbolicLink(let target): try zip.addSymbolicLink(entry.path, target: target)
        case .bytes(let bytes): try zip.addFile(entry.path, mode: 0o644, bytes: bytes)
        case .file(let hostPath, _, let isExecutable):
            // Two modes only: the rest depends on the host's umask or checkout and is not part of the package.
            let mode: UInt32 = isExecutable ? 0o755 : 0o644
            try zip.addFile(entry.path, mode: mode, contentsOf: open(hostPath))
        }
    }

    private static func digest(of path: String) throws(PackagingError) -> (SHA256Digest, byteCount: Int) {
        do throws(SystemCallError) {
            let file = try FileDescriptor.open(FilePath(path), [.read])
            var hasher = SHA256Hasher()
            var position = 0
            while true {
                let piece = try file.bytes(count: 1 << 20, at: position)
                if piece.isEmpty { return (hasher.finalize(), position) }
                piece.withUnsafeBytes { hasher.update($0) }
                position += piece.count
            }
        } catch {
            throw .system(error)
        }
    }
}
