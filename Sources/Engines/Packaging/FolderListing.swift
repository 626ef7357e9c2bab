internal import LinuxSystem

/// Lists a folder as entries of a package. Reads names and sizes, not content.
struct FolderListing {
    /// Whether a path below the folder is left out, with everything below it.
    var isExcluded: (_ path: String) -> Bool = { _ in false }
    /// A file to leave out under any name: the package itself, when it is written into the folder.
    var excludedFile: FileStatus?

    /// Every entry below `root`, in the order of their paths' bytes.
    func entries(of root: String) throws(PackagingError) -> [PackageEntry] {
        var entries: [PackageEntry] = []
        try list("", below: root, into: &entries)
        return PackageEntry.inOrder(entries)
    }

    /// Lists the directory at `path`, which is empty for the root and ends in `/` for all others.
    private func list(
        _ path: String, below root: String, into entries: inout [PackageEntry]
    ) throws(PackagingError) {
        let names = try PackagingError.wrapping { () throws(SystemCallError) in
            try FileDescriptor.open(FilePath("\(root)/\(path)"), [.read, .directory]).entryNames()
        }
        if names.isEmpty, !path.isEmpty {
            entries.append(PackageEntry(path: String(path.dropLast()), content: .emptyDirectory))
        }
        for name in names {
            guard let text = String(validating: name.bytes, as: UTF8.self) else {
                throw .unsuitableFile(path: "\(root)/\(path)\(name)", reason: "its name is not UTF-8")
            }
            if !isExcluded(path + text) { try add(path + text, below: root, to: &entries) }
        }
    }

    private func add(_ path: String, below root: String, to entries: inout [PackageEntry]) throws(PackagingError) {
        let hostPath = "\(root)/\(path)"
        let status = try PackagingError.wrapping { () throws(SystemCallError) in
            try FileDescriptor.open(FilePath(root), [.read, .directory]).status(at: FilePath(path))
        }
        if status == excludedFile { return }
        switch status.kind {
        case .file:
            let isExecutable = status.mode & 0o111 != 0
            let content = PackageEntry.Content.file(
                hostPath: hostPath, byteCount: status.size, isExecutable: isExecutable)
            entries.append(PackageEntry(path: path, content: content))
        case .directory:
            try list(path + "/", below: root, into: &entries)
        case .symbolicLink:
            entries.append(PackageEntry(path: path, content: try link(path, below: root)))
        case .special:
            throw .unsuitableFile(path: hostPath, reason: "a device, pipe or socket cannot be packaged; exclude it")
        }
    }

    /// A link is kept as a link, so its target must be inside the package.
    private func link(_ path: String, below root: String) throws(PackagingError) -> PackageEntry.Content {
        let target = try PackagingError.wrapping { () throws(SystemCallError) in
            try FileDescriptor.open(FilePath(root), [.read, .directory]).target(ofSymbolicLinkAt: FilePath(path))
        }
        guard Self.staysInside(path: path, target: target.description) else {
            throw .unsuitableFile(
                path: "\(root)/\(path)", reason: "the link to '\(target)' leaves the package; copy what it points to")
        }
        return .symbolicLink(target: target.description)
    }

    /// Whether a link at `path` points to something below the package's root.
    static func staysInside(path: String, target: String) -> Bool {
        if target.hasPrefix("/") { return false }
        var depth = path.split(separator: "/").count - 1
        for step in target.split(separator: "/") where step != "." {
            depth += step == ".." ? -1 : 1
            if depth < 0 { return false }
        }
        return true
    }
}
