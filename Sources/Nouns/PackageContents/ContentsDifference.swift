/// How the contents of two packages differ. Times, order, compression and the listing of folders that have files do not
/// count.
public struct ContentsDifference: Hashable, Sendable {
    /// A file, link or folder that is not the same in both.
    public struct Change: Hashable, Sendable {
        /// The path.
        public let path: String
        /// What the old package has; `nil` for an addition.
        public let old: PackageFile?
        /// What the new package has; `nil` for a removal.
        public let new: PackageFile?
        /// Whether both have a file, with different bytes.
        public let hasOtherBytes: Bool
    }

    /// An installed package that is not the same in both.
    public struct PackageChange: Hashable, Sendable {
        /// The name.
        public let name: String
        /// The versions of the old package, in order; empty for an addition, and where nothing says them.
        public let oldVersions: [String]
        /// The versions of the new package.
        public let newVersions: [String]
        /// The sizes in the old package; `nil` for an addition.
        public let oldSize: ContentsSize?
        /// The sizes in the new package; `nil` for a removal.
        public let newSize: ContentsSize?
        /// How many files differ.
        public let changedFiles: Int
    }

    /// Every file that differs, by path.
    public let changes: [Change]
    /// Every installed package that differs, by name.
    public let packages: [PackageChange]
    /// The paths of ``changes`` that belong to no package, before or after.
    public let codePaths: Set<String>

    /// Whether both have the same contents.
    public var isEmpty: Bool { changes.isEmpty }

    /// Compares two packages. Reads every file that is there twice in the same size.
    public init(
        from old: PackageSource, _ oldListing: PackageListing, to new: PackageSource, _ newListing: PackageListing
    ) throws(PackageReadError) {
        let (oldPlaces, newPlaces) = (Self.places(old.files), Self.places(new.files))
        let parents = Self.parents(old.files).union(Self.parents(new.files))
        var changes: [Change] = []
        for path in Set(oldPlaces.keys).union(newPlaces.keys).sorted() {
            let (oldPlace, newPlace) = (oldPlaces[path], newPlaces[path])
            let (oldFile, newFile) = (oldPlace.map { old.files[$0] }, newPlace.map { new.files[$0] })
            var hasOtherBytes = false
            if let oldPlace, let newPlace, let oldFile, let newFile {
                if oldFile.kind == .file, newFile.kind == .file {
                    hasOtherBytes = oldFile.size != newFile.size
                    if !hasOtherBytes {
                        hasOtherBytes = try old.digest(of: oldPlace) != new.digest(of: newPlace)
                    }
                }
                // The mode of a link has no meaning (symlink(7)).
                let hasOtherMode = oldFile.mode != newFile.mode && !oldFile.isLink
                if oldFile.kind == newFile.kind, !hasOtherBytes, !hasOtherMode { continue }
            } else if let folder = oldFile ?? newFile, folder.isDirectory {
                // A zip need not list folders that have something in them.
                if parents.contains(path) { continue }
            }
            changes.append(Change(path: path, old: oldFile, new: newFile, hasOtherBytes: hasOtherBytes))
        }
        self.changes = changes
        let changed = Set(changes.map(\.path))
        packages = Self.packages(changed, old, oldListing, new, newListing)
        let owned = Set(oldListing.packages.flatMap(\.files).map { old.files[$0].path })
            .union(newListing.packages.flatMap(\.files).map { new.files[$0].path })
        codePaths = changed.subtracting(owned)
    }

    /// The last entry of each path.
    private static func places(_ files: [PackageFile]) -> [String: Int] {
        Dictionary(files.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { $1 })
    }

    /// The folders that have something in them.
    private static func parents(_ files: [PackageFile]) -> Set<String> {
        Set(files.map(\.folder))
    }

    private static func packages(
        _ changed: Set<String>, _ old: PackageSource, _ oldListing: PackageListing, _ new: PackageSource,
        _ newListing: PackageListing
    ) -> [PackageChange] {
        let before = Dictionary(grouping: oldListing.packages, by: \.name)
        let after = Dictionary(grouping: newListing.packages, by: \.name)
        return Set(before.keys).union(after.keys).sorted().compactMap { name in
            let (one, other) = (before[name] ?? [], after[name] ?? [])
            let oldFiles = one.flatMap(\.files).map { old.files[$0] }
            let newFiles = other.flatMap(\.files).map { new.files[$0] }
            let paths = Set(oldFiles.map(\.path)).union(newFiles.map(\.path)).intersection(changed)
            guard !paths.isEmpty else { return nil }
            return PackageChange(
                name: name, oldVersions: one.compactMap(\.version), newVersions: other.compactMap(\.version),
                oldSize: one.isEmpty ? nil : ContentsSize(oldFiles),
                newSize: other.isEmpty ? nil : ContentsSize(newFiles), changedFiles: paths.count)
        }
    }
}

extension PackageFile {
    /// Whether it is a symbolic link.
    public var isLink: Bool { if case .link = kind { true } else { false } }
}
