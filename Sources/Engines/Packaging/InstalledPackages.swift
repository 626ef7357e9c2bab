internal import LinuxSystem

/// The packages that were installed into a folder, without host-specific files.
struct InstalledPackages {
    let folder: String

    /// All entries for a package, in order; their `RECORD` files list only these.
    func entries() throws(PackagingError) -> [PackageEntry] {
        let all = try FolderListing(isExcluded: HostSpecificFiles.isHostSpecific).entries(of: folder)
        var launchers: Set<String> = []
        for entry in all where entry.path.hasPrefix("bin/") {
            if HostSpecificFiles.isLauncher(path: entry.path, start: try bytes(of: entry, atMost: 1024)) {
                launchers.insert(entry.path)
            }
        }
        var entries: [PackageEntry] = []
        for entry in all where !launchers.contains(entry.path) {
            entries.append(entry.path.hasSuffix(".dist-info/RECORD") ? try filtered(entry, launchers) : entry)
        }
        return entries
    }

    /// A `RECORD` file without the lines of files that are left out.
    private func filtered(_ entry: PackageEntry, _ launchers: Set<String>) throws(PackagingError) -> PackageEntry {
        let record = try bytes(of: entry, atMost: entry.byteCount)
        return PackageEntry(path: entry.path, content: .bytes(HostSpecificFiles.record(record, without: launchers)))
    }

    private func bytes(of entry: PackageEntry, atMost count: Int) throws(PackagingError) -> [UInt8] {
        guard case .file(let hostPath, _, _) = entry.content else { return [] }
        return try PackagingError.wrapping { () throws(SystemCallError) in
            try FileDescriptor.open(FilePath(hostPath), [.read]).bytes(count: count, at: 0)
        }
    }
}
