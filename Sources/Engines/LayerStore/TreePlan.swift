internal import Archive

/// The tree that a zip unpacks to, planned from its headers before a byte is written.
///
/// The plan is the whole policy: which names, kinds, modes and links are accepted. It accesses no file.
struct TreePlan {
    /// One entry of the tree.
    struct Node {
        /// Its directory, as an index of `nodes`; the root is its own parent.
        let parent: Int
        let name: [UInt8]
        var content: Content
        /// Whether the zip lists it, or only implies it by a path below it.
        var isListed: Bool
    }

    /// The content of an entry.
    enum Content: Equatable {
        case directory(mode: UInt32)
        case file(PlannedFile)
        case link(target: [UInt8])
    }

    /// A file to unpack.
    struct PlannedFile: Equatable {
        /// Its index in the zip.
        let entry: Int
        let mode: UInt32
        let size: Int
        let modificationTimeSeconds: Int
    }

    /// A name in a directory.
    private struct Key: Hashable {
        let parent: Int
        let name: ArraySlice<UInt8>
    }

    /// Directories come before their entries; the first is the root.
    private(set) var nodes: [Node] = [
        Node(parent: 0, name: [], content: .directory(mode: Self.directoryMode), isListed: true)
    ]
    /// Entries that repeat a file: their content must be the same.
    private(set) var repeatedFiles: [(node: Int, entry: Int)] = []
    /// What all entries unpack to, in bytes: a repeated one is unpacked again, and counts again.
    private(set) var unpackedBytes = 0
    private var ids: [Key: Int] = [:]

    /// Modes for zips without Unix modes: those of unzip(1) under the usual umask.
    static let fileMode: UInt32 = 0o644
    static let directoryMode: UInt32 = 0o755

    /// Plans a tree.
    ///
    /// - Parameter linkTargets: The content of every symbolic link, by its index in `entries`.
    init(_ entries: [ZipEntry], linkTargets: [Int: [UInt8]], limits: TreeLimits) throws(ZipRefusal) {
        guard !entries.isEmpty else { throw ZipRefusal(.empty, "the zip is empty") }
        for (index, entry) in entries.enumerated() {
            try add(entry, at: index, linkTarget: linkTargets[index] ?? [], limits)
        }
        var check = LinkCheck(self)
        for (id, node) in nodes.enumerated() {
            if case .link(let target) = node.content { try check.check(target, in: node.parent, link: id) }
        }
    }

    /// The path of a node from the root, without a slash at the start.
    func path(of id: Int) -> [UInt8] {
        var names: [[UInt8]] = []
        var id = id
        while id != 0 {
            names.append(nodes[id].name)
            id = nodes[id].parent
        }
        return Array(names.reversed().joined(separator: [UInt8(ascii: "/")]))
    }

    /// The entry with a name in a directory.
    func child(of parent: Int, named name: ArraySlice<UInt8>) -> Int? {
        ids[Key(parent: parent, name: name)]
    }

    /// Adds an entry of the zip, with its missing directories.
    private mutating func add(
        _ entry: ZipEntry, at index: Int, linkTarget: [UInt8], _ limits: TreeLimits
    ) throws(ZipRefusal) {
        let path = try TreePath(entry.path)
        let content = try Self.content(of: entry, at: index, linkTarget: linkTarget)
        // Sizes are at most a quarter of the largest Int, and this stops at the first sum above the limit.
        unpackedBytes += entry.size
        guard unpackedBytes <= limits.unzippedBytes else { throw .tooLarge(limits) }
        let parent = try directory(path.components.dropLast(), entry, limits)
        guard let name = path.components.last else {
            // Some makers list the folder that they pack, as `./`.
            guard case .directory = content else {
                throw ZipRefusal(.unsafePath, path: entry.displayPath, "name of the root itself")
            }
            return
        }
        if let id = child(of: parent, named: name) {
            try merge(content, into: id, entry, index)
        } else {
            try append(Node(parent: parent, name: Array(name), content: content, isListed: true), limits)
        }
    }

    /// The directory at a path; missing ones are added. A file or link on the way is refused: nothing is ever written
    /// through a link.
    private mutating func directory(
        _ components: ArraySlice<ArraySlice<UInt8>>, _ entry: ZipEntry, _ limits: TreeLimits
    ) throws(ZipRefusal) -> Int {
        var id = 0
        for name in components {
            if let next = child(of: id, named: name) {
                guard case .directory = nodes[next].content else {
                    throw ZipRefusal(.conflict, path: entry.displayPath, "a file or link is used as a directory")
                }
                id = next
            } else {
                let content = Content.directory(mode: Self.directoryMode)
                id = try append(Node(parent: id, name: Array(name), content: content, isListed: false), limits)
            }
        }
        return id
    }

    @discardableResult
    private mutating func append(_ node: Node, _ limits: TreeLimits) throws(ZipRefusal) -> Int {
        // The root does not count.
        guard nodes.count <= limits.entryCount else {
            throw ZipRefusal(.tooManyEntries, "more than \(limits.entryCount) files and directories")
        }
        nodes.append(node)
        ids[Key(parent: node.parent, name: node.name[...])] = nodes.count - 1
        return nodes.count - 1
    }

    /// Merges a second entry of one name: the listing of an implied directory, or an identical repetition.
    private mutating func merge(
        _ content: Content, into id: Int, _ entry: ZipEntry, _ index: Int
    ) throws(ZipRefusal) {
        switch (nodes[id].content, content) {
        case (.directory, .directory) where !nodes[id].isListed:
            nodes[id].content = content
            nodes[id].isListed = true
        case (.file(let old), .file(let new)) where (old.mode, old.size) == (new.mode, new.size):
            repeatedFiles.append((node: id, entry: index))
        case (let old, let new) where old == new: break
        default: throw ZipRefusal(.conflict, path: entry.displayPath, "two different entries with one name")
        }
    }

    /// The content of an entry; refuses special files and modes.
    private static func content(
        of entry: ZipEntry, at index: Int, linkTarget: [UInt8]
    ) throws(ZipRefusal) -> Content {
        if case .special = entry.kind {
            throw ZipRefusal(.specialFile, path: entry.displayPath, "neither file, directory nor symbolic link")
        }
        switch entry.kind {
        case .directory:
            guard entry.size == 0 else {
                throw ZipRefusal(.damaged, path: entry.displayPath, "a directory with content")
            }
            // The server must be able to enter, read and remove every directory, as an ordinary user too. Directories
            // that a group shares have a setgid bit, which means nothing here.
            return .directory(mode: (entry.mode ?? directoryMode) & 0o777 | 0o700)
        case .symbolicLink: return .link(target: linkTarget)
        case .file, .special:
            guard (entry.mode ?? 0) & 0o7000 == 0 else {
                throw ZipRefusal(.specialMode, path: entry.displayPath, "setuid, setgid or sticky bit")
            }
            // Likewise it must be able to read every file, to verify it.
            let mode = (entry.mode ?? (entry.isReadOnly ? fileMode & ~0o222 : fileMode)) | 0o400
            return .file(
                PlannedFile(
                    entry: index, mode: mode, size: entry.size, modificationTimeSeconds: entry.modificationTimeSeconds))
        }
    }
}
