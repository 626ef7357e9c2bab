internal import Domain
internal import LinuxSystem
public import PackageContents

/// Takes a function's package apart into code and layers.
public struct PackageSplitter {
    /// What is split.
    public let source: PackageSource
    /// Which file belongs to which installed package.
    public let listing: PackageListing

    /// Opens a package, and refuses what no archive can have as it is.
    public init(reading path: String) throws(SplitError) {
        (source, listing) = try SplitError.reading { () throws(PackageReadError) in
            let source = try PackageSource(reading: path)
            return (source, try PackageListing(of: source, knownModules: PackageGroup.knownModules))
        }
        try Self.checkNames(source)
    }

    private static func checkNames(_ source: PackageSource) throws(SplitError) {
        var seen: Set<String> = []
        for file in source.files {
            guard file.isExact else {
                throw .refused(
                    "\(source.name): the name '\(file.path)' is not UTF-8, or leads out of the package; rename it")
            }
            guard seen.insert(file.path).inserted else {
                throw .refused("\(source.name): '\(file.path)' is there more than once; make the archive anew")
            }
        }
        let bytes = ContentsSize(source.files).bytes
        guard bytes <= LambdaLimits.unzippedBytes else {
            throw .refused(
                "\(source.name): \(bytes) bytes unpacked, and a function with all its layers may have "
                    + "\(LambdaLimits.unzippedBytes): leave something out first ('strata layer inspect' shows sizes)")
        }
    }

    /// Decides what goes where.
    ///
    /// - Parameters:
    ///   - rule: by what packages are divided.
    ///   - language: the packages that may move; `nil` for Python's and Node's.
    ///   - previous: an earlier package of the function, for ``SplitRule/changeRate``.
    public func plan(
        by rule: SplitRule, language: InstalledPackage.Kind? = nil, previous: PackageSplitter? = nil
    ) throws(SplitError) -> SplitPlan {
        let movable = movablePackages(language)
        guard !movable.isEmpty else {
            throw .refused(
                "\(source.name): no Python package with metadata at its root, and nothing in node_modules: "
                    + "there is nothing to put into layers")
        }
        let sizes = movable.map { package in
            let size = ContentsSize(package.files.map { source.files[$0] })
            return size.zippedBytes ?? size.bytes
        }
        let changed = try previous.map { old throws(SplitError) in try changedPackages(since: old) }
        let pins = try pinnedRequirements()
        let layers = rule.layers(of: movable, sizes: sizes, changed: changed, pins: pins.isPinned)
        return SplitPlan(source.files, layers: layers.map { ($0.name, $0.packages.map { movable[$0] }) })
    }

    /// The packages that layers can have.
    func movablePackages(_ language: InstalledPackage.Kind? = nil) -> [InstalledPackage] {
        listing.packages.filter { package in
            let isWanted = language.map { $0 == package.kind || ($0 == .python && package.kind == .folder) } ?? true
            return isWanted && LayerLayout.canMove(package, of: source.files)
        }
    }

    /// The names of packages that are new, or whose files differ.
    private func changedPackages(since old: PackageSplitter) throws(SplitError) -> Set<String> {
        let difference = try SplitError.reading { () throws(PackageReadError) in
            try ContentsDifference(from: old.source, old.listing, to: source, listing)
        }
        return Set(difference.packages.map(\.name))
    }

    /// What the function's own `requirements.txt` pins; nothing where there is none.
    func pinnedRequirements() throws(SplitError) -> PinnedRequirements {
        guard let place = listing.rest.first(where: { source.files[$0].path == "requirements.txt" }),
            source.files[place].kind == .file, source.files[place].size < 1 << 20
        else { return PinnedRequirements("") }
        let bytes = try SplitError.reading { () throws(PackageReadError) in try source.content(of: place) }
        return PinnedRequirements(String(decoding: bytes, as: UTF8.self))
    }
}
