internal import LinuxSystem

/// Lists a folder as entries of a package. Reads names and sizes, not content.
struct FolderListing {
    /// Whether a path below the folder is left out, with everything below it.
    var isExcluded: (_ path: String) -> Bool = { _ in false }
    /// What else is left out, and reported; `nil` where nothing is.
    var rules: IgnoreRules?
    /// A file to leave out under any name: the package itself, when it is written into the folder.
    var excludedFile: FileStatus?

    /// What a folder has for a package.
    struct Contents {
        /// In the order of their paths' bytes.
        var entries: [PackageEntry] = []
        /// What the rules leave out.
        var leftOut: [PackageReport.LeftOut] = []
    }

    /// Every entry below `root`, in the order of their paths' bytes.
    func entries(of root: String) throws(PackagingError) -> [PackageEntry] { try contents(of: root).entries }

    /// Every entry below `root`, and what the rules leave out.
    func contents(of root: String) throws(PackagingError) -> Contents {
        var contents = Contents()
        try list("", below: root, into: &contents)
        contents.entries = PackageEntry.inOrder(contents.entries)
        contents.leftOut.sort { $0.path < $1.path }
        return contents
    }

    /// Lists the directory at `path`, which is empty for the root and ends in `/` for all others.
    private func list(
        _ path: String, below root: String, into contents: inout Contents
    ) throws(PackagingError) {
        let names = try PackagingError.wrapping { () throws(SystemCallError) in
            try FileDescriptor.open(FilePath("\(root)/\(path)"), [.read, .directory]).entryNames()
        }
        let texts = names.compactMap { String(validating: $0.bytes, as: UTF8.self) }
        if !path.isEmpty, let rule = rules?.rule(excludingDirectory: String(path.dropLast()), with: texts) {
            contents.leftOut.append(PackageReport.LeftOut(path: String(path.dropLast()), rule: rule))
            return
        }
        if names.isEmpty, !path.isEmpty {
            contents.entries.append(PackageEntry(path: String(path.dropLast()), content: .emptyDirectory))
        }
        for name in names {
            guard let text = String(validating: name.bytes, as: UTF8.self) else {
                throw .unsuitableFile(path: "\(root)/\(path)\(name)", reason: "its name is not UTF-8")
            }
            if let rule = rules?.rule(excluding: path + text) {
                if try status(path + text, below: root) == excludedFile { continue }
                contents.leftOut.append(PackageReport.LeftOut(path: path + text, rule: rule))
            } else if !isExcluded(path + text) {
                try add(path + text, below: root, to: &contents)
            }
        }
    }

    private func add(_ path: String, below root: String, to contents: inout Contents) throws(PackagingError) {
        let hostPath = "\(root)/\(path)"
        let status = try status(path, below: root)
        if status == excludedFile { return }
        switch status.kind {
        case .file:
            let isExecutable = status.mode & 0o111 != 0
            let content = PackageEntry.Content.file(
                hostPath: hostPath, byteCount: status.size, isExecutable: isExecutable)
            contents.entries.append(PackageEntry(path: path, content: content))
        case .directory:
            try list(path + "/", below: root, into: &contents)
        case .symbolicLink:
            contents.entries.append(PackageEntry(path: path, content: try link(path, below: root)))
        case .special:
            throw .unsuitableFile(path: hostPath, reason: "a device, pipe or socket cannot be packaged; exclude it")
        }
    }

    private func status(_ path: String, below root: String) throws(PackagingError) -> FileStatus {
        try PackagingError.wrapping { () throws(SystemCallError) in
            try FileDescriptor.open(FilePath(root), [.read, .directory]).status(at: FilePath(path))
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
