internal import Archive

/// What a zip unpacks to, decided from its headers before a byte is written.
///
/// The plan is the whole policy: which names, kinds, modes and links are taken. It touches no file.
struct TreePlan {
    /// One name in the tree.
    struct Node {
        /// The directory it is in, by its place in `nodes`; the root is its own parent.
        let parent: Int
        let name: [UInt8]
        var content: Content
        /// Whether the zip lists it, or only names something below it.
        var isListed: Bool
    }

    /// What a name stands for.
    enum Content: Equatable {
        case directory(mode: UInt32)
        case file(PlannedFile)
        case link(target: [UInt8])
    }

    /// A file to unpack.
    struct PlannedFile: Equatable {
        /// Its place in the zip.
        let entry: Int
        let mode: UInt32
        let size: Int
        let modificationTimeSeconds: Int
    }

    private struct Key: Hashable {
        let parent: Int
        let name: ArraySlice<UInt8>
    }

    /// Parents come before what is in them; the first is the root.
    private(set) var nodes: [Node] = [
        Node(parent: 0, name: [], content: .directory(mode: Self.directoryMode), isListed: true)
    ]
    /// Entries that name a file again: they must turn out to have the same bytes.
    private(set) var repeatedFiles: [(node: Int, entry: Int)] = []
    /// All files together, in bytes.
    private(set) var unzippedBytes = 0
    private var ids: [Key: Int] = [:]

    /// Modes of what a zip without Unix modes holds: what unzip(1) gives under the usual umask.
    static let fileMode: UInt32 = 0o644
    static let directoryMode: UInt32 = 0o755

    /// Plans a tree.
    ///
    /// - Parameter linkTargets: The content of every symbolic link, by its place in `entries`.
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

    /// What has a name in a directory.
    func child(of parent: Int, named name: ArraySlice<UInt8>) -> Int? {
        ids[Key(parent: parent, name: name)]
    }

    private mutating func add(
        _ entry: ZipEntry, at index: Int, linkTarget: [UInt8], _ limits: TreeLimits
    ) throws(ZipRefusal) {
        let path = try TreePath(entry.path)
        let content = try Self.content(of: entry, at: index, linkTarget: linkTarget)
        // Sizes are at most a quarter of the largest Int, and this stops at the first sum above the limit.
        unzippedBytes += entry.size
        guard unzippedBytes <= limits.unzippedBytes else {
            throw ZipRefusal(.tooLarge, "unzipped size must be smaller than \(limits.unzippedBytes) bytes")
        }
        let parent = try directory(path.components.dropLast(), entry, limits)
        guard let name = path.components.last else { return }
        if let id = child(of: parent, named: name) {
            try merge(content, into: id, entry, index)
        } else {
            try append(Node(parent: parent, name: Array(name), content: content, isListed: true), limits)
        }
    }

    /// The directory at the end of a path; what is missing on the way is made. A file or link on the way is refused:
    /// nothing is ever written through a link.
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
        // The root is not counted.
        guard nodes.count <= limits.entryCount else {
            throw ZipRefusal(.tooManyEntries, "more than \(limits.entryCount) files and directories")
        }
        nodes.append(node)
        ids[Key(parent: node.parent, name: node.name[...])] = nodes.count - 1
        return nodes.count - 1
    }

    /// Takes a second entry for one name: a listing of a directory that was only implied, or an identical repetition.
    private mutating func merge(
        _ content: Content, into id: Int, _ entry: ZipEntry, _ index: Int
    ) throws(ZipRefusal) {
        switch (nodes[id].content, content) {
        case (.directory, .directory) where !nodes[id].isListed:
            nodes[id].content = content
            nodes[id].isListed = true
        case (.file(let old), .file(let new)) where (old.mode, old.size) == (new.mode, new.size):
            unzippedBytes -= new.size
            repeatedFiles.append((node: id, entry: index))
        case (let old, let new) where old == new: break
        default: throw ZipRefusal(.conflict, path: entry.displayPath, "two different entries with one name")
        }
    }

    private static func content(
        of entry: ZipEntry, at index: Int, linkTarget: [UInt8]
    ) throws(ZipRefusal) -> Content {
        if case .special = entry.kind {
            throw ZipRefusal(.specialFile, path: entry.displayPath, "neither file, directory nor symbolic link")
        }
        guard (entry.mode ?? 0) & 0o7000 == 0 else {
            throw ZipRefusal(.specialMode, path: entry.displayPath, "setuid, setgid or sticky bit")
        }
        switch entry.kind {
        case .directory:
            guard entry.size == 0 else {
                throw ZipRefusal(.damaged, path: entry.displayPath, "a directory with content")
            }
            // The server must be able to enter, read and remove every directory, as an ordinary user too.
            return .directory(mode: (entry.mode ?? directoryMode) | 0o700)
        case .symbolicLink: return .link(target: linkTarget)
        case .file, .special:
            // Likewise it must be able to read every file, to verify it.
            let mode = (entry.mode ?? (entry.isReadOnly ? fileMode & ~0o222 : fileMode)) | 0o400
            return .file(
                PlannedFile(
                    entry: index, mode: mode, size: entry.size, modificationTimeSeconds: entry.modificationTimeSeconds))
        }
    }
}
