/// One entry of a package: where it goes in the zip, and what it holds.
struct PackageEntry: Hashable, Sendable {
    /// What an entry holds.
    enum Content: Hashable, Sendable {
        /// The bytes of a file on this host.
        case file(hostPath: String, byteCount: Int, isExecutable: Bool)
        /// Bytes that are made here instead of being read.
        case bytes([UInt8])
        case symbolicLink(target: String)
        /// A directory with nothing in it; the others follow from their files.
        case emptyDirectory
    }

    /// The path in the zip, without a leading `/`.
    let path: String
    let content: Content

    /// The size when unpacked.
    var byteCount: Int {
        switch content {
        case .file(_, let byteCount, _): byteCount
        case .bytes(let bytes): bytes.count
        case .symbolicLink, .emptyDirectory: 0
        }
    }

    /// The same content under a folder.
    func placed(under folder: String) -> PackageEntry {
        PackageEntry(path: folder + path, content: content)
    }
}

extension PackageEntry {
    /// Sorted by the bytes of the paths: the order of the zip, whatever order a directory was read in.
    static func inOrder(_ entries: [PackageEntry]) -> [PackageEntry] {
        entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// Two sets of entries in one package: where both have a path, the one of `upper` counts.
    static func overlay(_ upper: [PackageEntry], on lower: [PackageEntry]) -> [PackageEntry] {
        let taken = Set(upper.map(\.path))
        return inOrder(upper + lower.filter { !taken.contains($0.path) })
    }
}
