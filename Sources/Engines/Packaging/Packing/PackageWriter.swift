internal import Archive
internal import LinuxSystem

/// Writes a package's zip atomically: to a temporary name beside it, then renames it.
struct PackageWriter {
    /// The path of the zip.
    let output: String
    /// Where compressed files are kept; `nil` for nowhere.
    var cache: BuildCache?

    /// Writes the entries in order, and reports the result. `depth` is for `PackageReport.shares`; `progress` is told
    /// how many entries are written.
    func write(
        _ entries: [PackageEntry], depth: Int, hold: borrowing BlockedSignals, leftOut: [PackageReport.LeftOut] = [],
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(PackagingError) -> PackageReport {
        guard entries.contains(where: { $0.content != .emptyDirectory }) else { throw .nothingToPackage }
        let replacement = FileReplacement(of: output)
        try writeZip(entries, to: replacement, hold: hold, progress)
        let (digest, zippedBytes) = try PackagingError.wrapping { () throws(SystemCallError) in
            try HostFile.digest(of: replacement.temporaryPath)
        }
        try PackagingError.wrapping { () throws(SystemCallError) in try replacement.commit() }
        return PackageReport(
            path: output, digest: digest, zippedBytes: zippedBytes,
            unzippedBytes: entries.reduce(0) { $0 + $1.byteCount },
            fileCount: entries.count { $0.content != .emptyDirectory },
            largest: PackageReport.shares(of: entries, depth: depth), leftOut: leftOut)
    }

    private func writeZip(
        _ entries: [PackageEntry], to replacement: borrowing FileReplacement, hold: borrowing BlockedSignals,
        _ progress: (_ done: Int, _ total: Int) -> Void
    ) throws(PackagingError) {
        let file: FileDescriptor
        do throws(SystemCallError) {
            file = try replacement.open()
        } catch {
            throw .archive(.system(error))
        }
        let compression = ParallelCompression(of: entries, cache: cache)
        defer { compression.end() }
        do throws(ArchiveError) {
            var zip = ZipWriter(file)
            for (number, entry) in entries.enumerated() {
                if hold.isPending { break }
                progress(number, entries.count)
                try Self.add(entry, try compression.result(of: number), to: &zip)
            }
            progress(entries.count, entries.count)
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

    private static func add(
        _ entry: PackageEntry, _ deflated: DeflatedFile?, to zip: inout ZipWriter
    ) throws(ArchiveError) {
        switch entry.content {
        case .emptyDirectory: try zip.addDirectory(entry.path, mode: 0o755)
        case .symbolicLink(let target): try zip.addSymbolicLink(entry.path, target: target)
        case .bytes(let bytes): try zip.addFile(entry.path, mode: 0o644, bytes: bytes)
        case .file(let hostPath, _, let isExecutable):
            // Two modes only: the rest depends on the host's umask or checkout and is not part of the package.
            let mode: UInt32 = isExecutable ? 0o755 : 0o644
            if let deflated { return try zip.addFile(entry.path, mode: mode, deflated) }
            try zip.addFile(entry.path, mode: mode, contentsOf: open(hostPath))
        }
    }
}
