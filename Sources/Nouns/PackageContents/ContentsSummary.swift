/// What a package has in it, by installed package and by folder.
public struct ContentsSummary: Hashable, Sendable {
    /// Files that are counted together: those of an installed package, or of a folder without metadata.
    public struct Part: Hashable, Sendable {
        /// How it is recognised.
        public let kind: InstalledPackage.Kind
        /// The package's name, or the folder's path with a slash at its end.
        public let name: String
        /// The version; `nil` where nothing says it.
        public let version: String?
        /// The sizes of its files.
        public let size: ContentsSize
        /// The sizes by the folders that its files are in, largest first.
        public let folders: [FolderSize]
    }

    /// A folder with the sizes of all below it.
    public struct FolderSize: Hashable, Sendable {
        /// The path.
        public let path: String
        /// The sizes.
        public let size: ContentsSize
    }

    /// The parts, largest first.
    public let parts: [Part]
    /// The sizes of all files.
    public let total: ContentsSize

    /// Sums the files of a package up.
    public init(files: [PackageFile], listing: PackageListing) {
        func size(_ indexes: [Int]) -> ContentsSize { ContentsSize(indexes.map { files[$0] }) }
        let packages = listing.packages.map { package in
            Part(
                kind: package.kind, name: package.name, version: package.version, size: size(package.files),
                folders: Self.folders(package.files.map { files[$0] }))
        }
        let rest = Dictionary(grouping: listing.rest) { Self.topFolder(of: files[$0]) }
        let folders = rest.map { name, indexes in
            Part(
                kind: .folder, name: name, version: nil, size: size(indexes),
                folders: Self.folders(indexes.map { files[$0] }))
        }
        parts = (packages + folders).sorted {
            ($1.size.bytes, $0.name, $0.version ?? "") < ($0.size.bytes, $1.name, $1.version ?? "")
        }
        total = ContentsSize(files)
    }

    /// The folder that files without metadata are counted by: the first one, or the second one in folders of layers
    /// that have a language's packages.
    private static func topFolder(of file: PackageFile) -> String {
        let languages: Set<Substring> = ["python", "nodejs", "java", "ruby"]
        let depth = languages.contains(file.names.first ?? "") ? 2 : 1
        return file.names.dropLast().prefix(depth).map { $0 + "/" }.joined()
    }

    private static func folders(_ files: [PackageFile]) -> [FolderSize] {
        let folders = Dictionary(grouping: files, by: \.folder)
        return folders.map { FolderSize(path: $0, size: ContentsSize($1)) }.sorted {
            ($1.size.bytes, $0.path) < ($0.size.bytes, $1.path)
        }
    }
}

/// The number and sizes of files.
public struct ContentsSize: Hashable, Sendable {
    /// How many files and links there are.
    public private(set) var files = 0
    /// Their bytes when unpacked.
    public private(set) var bytes = 0
    /// The bytes that they take in the zip; `nil` in a folder.
    public private(set) var zippedBytes: Int?

    /// Nothing.
    public init() {}

    /// Counts files and links; folders are none.
    public init(_ files: some Sequence<PackageFile>) {
        for file in files { add(file) }
    }

    /// Counts one more file. A zip may declare any sizes: sums stop at 2^56.
    public mutating func add(_ file: PackageFile) {
        guard !file.isDirectory else { return }
        files += 1
        bytes = min(bytes + min(file.size, Self.mostBytes), Self.mostBytes)
        if let size = file.zippedSize {
            zippedBytes = min((zippedBytes ?? 0) + min(size, Self.mostBytes), Self.mostBytes)
        }
    }

    private static let mostBytes = 1 << 56
}
