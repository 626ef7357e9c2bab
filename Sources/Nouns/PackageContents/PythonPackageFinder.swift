/// Finds what pip and uv have installed, by `*.dist-info/RECORD` ("Recording installed projects", packaging.python.org)
/// or, where that is missing, by the names of top-level modules.
struct PythonPackageFinder {
    let source: PackageSource

    func find(_ owners: inout FileOwners) throws(PackageReadError) {
        let metadata = source.files.indices.filter { index in
            let file = source.files[index]
            guard file.kind == .file, let folder = file.names.dropLast().last else { return false }
            return file.name == "METADATA" && folder.hasSuffix(".dist-info")
                || file.name == "PKG-INFO" && folder.hasSuffix(".egg-info")
        }
        // Packages bring others inside of them, whose files are in the outer one's record.
        for index in metadata.sorted(by: { depth($0) < depth($1) }) where owners.isUnowned(index) {
            guard source.files[index].size <= Self.largestMetadataBytes,
                let package = PythonPackage(metadata: try source.content(of: index))
            else { continue }
            let installed = InstalledPackage(
                kind: .python, name: package.name, version: package.version,
                requirements: package.requirements + package.conditionalRequirements)
            owners.add(installed, files: try files(of: package, metadata: index, owners))
        }
        giveNeighbours(&owners)
    }

    private func depth(_ index: Int) -> (Int, String) { (source.files[index].names.count, source.files[index].path) }

    /// A package's files: what its record names, and all beside it.
    private func files(
        of package: PythonPackage, metadata: Int, _ owners: FileOwners
    ) throws(PackageReadError) -> [Int] {
        let names = source.files[metadata].names
        let site = names.dropLast(2)
        let own = names.dropLast().joined(separator: "/")
        let beside = below(own + "/")
        guard let record = owners.place(of: own + "/RECORD"), source.files[record].kind == .file else {
            var modules = [package.name.replacing("-", with: "_")]
            if let list = owners.place(of: own + "/top_level.txt"), source.files[list].size < 1 << 16 {
                modules = String(decoding: try source.content(of: list), as: UTF8.self)
                    .split(whereSeparator: \.isWhitespace).map(String.init)
            }
            let folder = site.map { $0 + "/" }.joined()
            return beside + modules.flatMap { below("\(folder)\($0)/") + below("\(folder)\($0).") }
        }
        let lines = try source.content(of: record).split(separator: UInt8(ascii: "\n"))
        return beside + lines.compactMap { place(ofRecorded: Self.path(ofLine: $0), in: site, owners) }
    }

    private func below(_ prefix: String) -> [Int] {
        source.files.indices.filter { source.files[$0].path.hasPrefix(prefix) }
    }

    /// The first field of a line, which is in quotes where it has a comma.
    static func path(ofLine line: ArraySlice<UInt8>) -> String {
        guard line.first == UInt8(ascii: "\"") else {
            return String(decoding: line.prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)
        }
        let text = String(decoding: line.dropFirst(), as: UTF8.self).replacing("\"\"", with: "\u{0}")
        return String(text.prefix { $0 != "\"" }.replacing("\u{0}", with: "\""))
    }

    /// The place of a recorded path. With `--target`, pip moves scripts into the folder of packages and records where
    /// they were before: `../../bin/x`.
    private func place(ofRecorded path: String, in site: ArraySlice<Substring>, _ owners: FileOwners) -> Int? {
        let steps = path.split(separator: "/")
        let up = steps.prefix { $0 == ".." }.count
        let places = up <= site.count ? [site.dropLast(up), site] : [site]
        for folder in places {
            let names = Array(folder) + steps.dropFirst(up)
            if let place = owners.place(of: names.joined(separator: "/")) { return place }
        }
        return nil
    }

    /// Gives packages what has been added to them after their installation: bytecode, and files in the folders of
    /// regular packages (those with an `__init__`), which cannot be in two places of Python's search path.
    private func giveNeighbours(_ owners: inout FileOwners) {
        var folders: [String: Int] = [:]
        for index in source.files.indices where source.files[index].name.hasPrefix("__init__.") {
            if let owner = owners.owner(of: index) { folders[source.files[index].folder] = owner }
        }
        for index in owners.unowned {
            let file = source.files[index]
            var folder = file.names.dropLast()
            if folder.last == "__pycache__" {
                folder.removeLast()
                let stem = file.name.prefix { $0 != "." }
                let module = (folder.map(String.init) + ["\(stem).py"]).joined(separator: "/")
                if let owner = owners.place(of: module).flatMap({ owners.owner(of: $0) }) {
                    owners.give([index], to: owner)
                    continue
                }
            }
            while !folder.isEmpty {
                if let owner = folders[folder.joined(separator: "/")] {
                    owners.give([index], to: owner)
                    break
                }
                folder.removeLast()
            }
        }
    }

    private static let largestMetadataBytes = 16 << 20
}
