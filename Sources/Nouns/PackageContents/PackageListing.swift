/// Which file belongs to which installed package.
public struct PackageListing: Hashable, Sendable {
    /// The packages with their files, by name and version.
    public let packages: [InstalledPackage]
    /// Files and links of no package, as places in ``PackageSource/files``: a function's own code.
    public let rest: [Int]

    /// Finds the packages.
    ///
    /// - Parameters:
    ///   - source: what to look into. Metadata is read, other content is not.
    ///   - knownModules: folders at the root that are packages even where their metadata has been removed.
    public init(of source: PackageSource, knownModules: Set<String> = []) throws(PackageReadError) {
        var owners = FileOwners(source.files)
        try PythonPackageFinder(source: source).find(&owners)
        try NodePackageFinder(source: source).find(&owners)
        Self.findJars(in: source.files, &owners)
        Self.findFolders(knownModules, in: source.files, &owners)
        packages = owners.packages.filter { !$0.files.isEmpty }.sorted {
            ($0.name, $0.version ?? "", $0.files[0]) < ($1.name, $1.version ?? "", $1.files[0])
        }
        rest = owners.unowned
    }

    /// Jars in the folders of the class path: `lib` of a function, `java/lib` of a layer.
    private static func findJars(in files: [PackageFile], _ owners: inout FileOwners) {
        for (index, file) in files.enumerated() where file.name.hasSuffix(".jar") && owners.isUnowned(index) {
            guard file.kind == .file, ["", "lib", "java/lib"].contains(file.folder) else { continue }
            let parts = file.name.dropLast(".jar".count).split(separator: "-")
            // jackson-core-2.17.0: the version begins with the first part that begins with a digit.
            let end = parts.indices.dropFirst().first { parts[$0].first?.isNumber == true } ?? parts.endIndex
            let version = parts[end...].joined(separator: "-")
            let name = parts[..<end].joined(separator: "-")
            let package = InstalledPackage(kind: .jar, name: name, version: version.isEmpty ? nil : version)
            owners.add(package, files: [index])
        }
    }

    private static func findFolders(_ names: Set<String>, in files: [PackageFile], _ owners: inout FileOwners) {
        guard !names.isEmpty else { return }
        var found: [String: [Int]] = [:]
        for (index, file) in files.enumerated() where owners.isUnowned(index) && file.names.count > 1 {
            let name = String(file.names[0])
            if names.contains(name) { found[name, default: []].append(index) }
        }
        for name in found.keys.sorted() {
            let package = InstalledPackage(kind: .folder, name: PythonPackage.normalized(name), version: nil)
            owners.add(package, files: found[name] ?? [])
        }
    }
}

/// The package of each file, while packages are found.
struct FileOwners {
    private(set) var packages: [InstalledPackage] = []
    private var owners: [Int?]
    private let isFolder: [Bool]
    /// Each file and link by its path; of two with one path the later one.
    private let places: [String: Int]

    init(_ files: [PackageFile]) {
        owners = Array(repeating: nil, count: files.count)
        isFolder = files.map(\.isDirectory)
        places = Dictionary(
            files.enumerated().lazy.filter { !$1.isDirectory }.map { ($1.path, $0) }, uniquingKeysWith: { $1 })
    }

    /// The place of a file or link; `nil` where there is none.
    func place(of path: String) -> Int? { places[path] }

    /// The package of a file; `nil` for none.
    func owner(of index: Int) -> Int? { owners[index] }

    /// Whether a file or link belongs to no package yet.
    func isUnowned(_ index: Int) -> Bool { owners[index] == nil && !isFolder[index] }

    /// The files and links of no package.
    var unowned: [Int] { owners.indices.filter { isUnowned($0) } }

    /// Adds a package, with those of the files that no other package has.
    mutating func add(_ package: InstalledPackage, files: [Int]) {
        packages.append(package)
        give(files, to: packages.count - 1)
    }

    /// Gives files to a package, unless another has them.
    mutating func give(_ files: [Int], to package: Int) {
        for index in files where isUnowned(index) {
            owners[index] = package
            packages[package].files.append(index)
        }
        packages[package].files.sort()
    }
}
