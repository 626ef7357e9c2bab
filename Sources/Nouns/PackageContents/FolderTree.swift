/// The folders of a package with the sizes of all that is in them.
public struct FolderTree: Hashable, Sendable {
    /// The last name of the folder's path; empty for the root.
    public let name: String
    /// The sizes of all files below it.
    public private(set) var size = ContentsSize()
    /// The folders in it, largest first.
    public private(set) var folders: [FolderTree] = []

    private init(name: String) {
        self.name = name
    }

    /// The tree of a package's files.
    ///
    /// - Parameter depth: how many levels of folders below the root are told apart.
    public init(_ files: [PackageFile], depth: Int) {
        var sizes: [ArraySlice<Substring>: ContentsSize] = [:]
        for file in files where !file.isDirectory {
            let folder = file.names.dropLast()
            for count in 0...min(depth, folder.count) { sizes[folder.prefix(count), default: ContentsSize()].add(file) }
        }
        self = Self.tree([], sizes, Dictionary(grouping: sizes.keys.filter { !$0.isEmpty }) { $0.dropLast() })
    }

    private static func tree(
        _ path: ArraySlice<Substring>, _ sizes: [ArraySlice<Substring>: ContentsSize],
        _ inner: [ArraySlice<Substring>: [ArraySlice<Substring>]]
    ) -> FolderTree {
        var tree = FolderTree(name: String(path.last ?? ""))
        tree.size = sizes[path] ?? ContentsSize()
        tree.folders = (inner[path] ?? []).map { Self.tree($0, sizes, inner) }.sorted {
            ($1.size.bytes, $0.name) < ($0.size.bytes, $1.name)
        }
        return tree
    }
}
