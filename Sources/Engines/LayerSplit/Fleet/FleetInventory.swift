internal import Digest
public import PackageContents

/// The packages of many functions, each version of a package once.
public struct FleetInventory {
    /// One version of a package, with the same files in every function that has it.
    public struct Package: Hashable, Sendable {
        /// Its name.
        public let name: String
        /// Its version; `nil` where nothing says it.
        public let version: String?
        /// The sizes of its files.
        public let size: ContentsSize
        /// How often it is expected to change in a month.
        public internal(set) var changesPerMonth: Double

        /// The bytes that are stored: zipped, or as they are in a folder.
        public var bytes: Int { size.zippedBytes ?? size.bytes }

        /// `boto3 1.40.1`.
        public var label: String { version.map { "\(name) \($0)" } ?? name }
    }

    /// A function's package.
    public struct Function {
        /// Its name: the file's or folder's, without `.zip`.
        public let name: String
        /// The package, open for reading.
        public let splitter: PackageSplitter
        /// The packages that can be in layers, as places in ``FleetInventory/packages``.
        public let packages: [Int]
        /// The same packages, as they are in the function.
        let installed: [InstalledPackage]
        let image: ArchiveImage

        /// The sizes of all its files.
        public var size: ContentsSize { ContentsSize(splitter.source.files) }
    }

    /// All packages, in the order in which functions bring them.
    public let packages: [Package]
    /// The functions.
    public let functions: [Function]

    /// Reads functions' packages, every file of them.
    public init(reading paths: [String], costs: FleetCosts = FleetCosts()) throws(SplitError) {
        var packages: [Package] = []
        var places: [SHA256Digest: Int] = [:]
        var functions: [Function] = []
        for path in paths {
            let name = Self.name(of: path)
            guard !functions.contains(where: { $0.name == name }) else {
                throw .refused("two packages are named \(name): the archives of both would have one name; rename one")
            }
            let splitter = try PackageSplitter(reading: path)
            let image = try ArchiveImage(reading: splitter.source)
            let pins = try splitter.pinnedRequirements()
            let movable = SplitPlan(
                splitter.source.files, layers: [("all", splitter.movablePackages())], listsFolders: false)
            let installed = movable.layers.flatMap(\.packages)
            var own: [Int] = []
            for package in installed {
                let key = Self.key(of: package, image)
                let place = places[key] ?? packages.count
                if place == packages.count {
                    places[key] = place
                    packages.append(Self.package(package, splitter, costs))
                }
                if SplitRule.changesOften(package, isPinned: pins.isPinned(package.name)) {
                    packages[place].changesPerMonth = costs.oftenChangesPerMonth
                }
                own.append(place)
            }
            functions.append(
                Function(name: name, splitter: splitter, packages: own, installed: installed, image: image))
        }
        (self.packages, self.functions) = (packages, functions)
    }

    private static func name(of path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return name.hasSuffix(".zip") ? String(name.dropLast(".zip".count)) : name
    }

    private static func package(
        _ package: InstalledPackage, _ splitter: PackageSplitter, _ costs: FleetCosts
    ) -> Package {
        Package(
            name: package.name, version: package.version,
            size: ContentsSize(package.files.map { splitter.source.files[$0] }),
            changesPerMonth: costs.rareChangesPerMonth)
    }

    /// The same for the same name, version, paths, modes, links and bytes.
    private static func key(of package: InstalledPackage, _ image: ArchiveImage) -> SHA256Digest {
        let lines = package.files.map { place -> String in
            let entry = image.entries[place]
            let mode = entry.file.mode.map { String($0, radix: 8) } ?? "none"
            if case .link(let target) = entry.file.kind { return "\(entry.file.path)\0link\0\(target)" }
            return "\(entry.file.path)\0\(mode)\0\(entry.digest?.hex ?? "")"
        }
        let head = "\(package.kind.rawValue)\0\(package.label)"
        return SHA256Digest(hashing: Array(([head] + lines.sorted()).joined(separator: "\0\0").utf8))
    }

    /// The choice to make.
    func problem(_ costs: FleetCosts) -> FleetProblem {
        FleetProblem(
            packages: packages.map { .init(bytes: $0.bytes, changesPerMonth: $0.changesPerMonth) },
            functions: functions.map(\.packages), costs: costs)
    }
}
