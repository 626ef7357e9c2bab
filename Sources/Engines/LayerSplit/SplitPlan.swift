public import PackageContents

/// Which file of a function's package goes where. Pure.
public struct SplitPlan: Sendable {
    /// A layer to be.
    public struct Layer: Sendable {
        /// Its name: `web-framework`.
        public let name: String
        /// Its packages, by name.
        public let packages: [InstalledPackage]
        /// Its files, links and listed folders, as places in ``PackageSource/files``.
        public internal(set) var files: [Int]
    }

    /// A package that cannot be in a layer.
    public struct Kept: Hashable, Sendable {
        /// Its label: `boto3 1.40.1`.
        public let package: String
        /// Why, as a phrase.
        public let reason: String
    }

    /// The layers in the order in which a function has them, the lowest first.
    public internal(set) var layers: [Layer]
    /// The files, links and listed folders that stay, as places in ``PackageSource/files``.
    public internal(set) var code: [Int]
    /// The packages that stay in the code.
    public let kept: [Kept]

    /// Divides a function's package.
    ///
    /// - Parameters:
    ///   - files: the entries of the function's package.
    ///   - layers: the packages of each layer, lowest first. No package is in two.
    ///   - listsFolders: whether archives list the folders that have something in them; else unpacking makes them.
    init(
        _ files: [PackageFile], layers: [(name: String, packages: [InstalledPackage])], listsFolders: Bool = true
    ) {
        var movable = Movable(files, layers.flatMap(\.packages))
        movable.keepWhatCodeNeeds()
        kept = movable.kept
        self.layers = layers.compactMap { name, packages in
            let moved = packages.filter { movable.contains($0) }
            guard !moved.isEmpty else { return nil }
            return Layer(name: name, packages: moved, files: moved.flatMap(\.files))
        }
        var owners = Array(repeating: Int?.none, count: files.count)
        for (number, layer) in self.layers.enumerated() {
            for place in layer.files { owners[place] = number }
        }
        code = files.indices.filter { !files[$0].isDirectory && owners[$0] == nil }
        placeFolders(files, owners, listsFolders)
        code.sort()
        for number in self.layers.indices { self.layers[number].files.sort() }
    }

    /// A listed folder is in every archive that has something in it. One with nothing in it is where its neighbours
    /// are.
    private mutating func placeFolders(_ files: [PackageFile], _ owners: [Int?], _ listsFolders: Bool) {
        let parents = listsFolders ? [] : Set(files.map(\.folder))
        // The archives that each folder's files are in; nil is the code.
        var users: [String: Set<Int?>] = [:]
        for place in files.indices where !files[place].isDirectory {
            let isProgram = LayerLayout.layerPath(of: files[place]) == files[place].path
            var names = files[place].names.dropLast()
            while !names.isEmpty {
                let folder = names.joined(separator: "/")
                // A link in bin is in another folder of the layer than a program is.
                let isElsewhere = owners[place] != nil && names[0] == "bin" && !isProgram
                if !isElsewhere { users[folder, default: []].insert(owners[place]) }
                names.removeLast()
            }
        }
        for place in files.indices where files[place].isDirectory && !parents.contains(files[place].path) {
            // What is empty cannot be in a layer that functions share.
            if !listsFolders {
                code.append(place)
                continue
            }
            var archives = users[files[place].path] ?? []
            var names = files[place].names.dropLast()
            while archives.isEmpty, !names.isEmpty {
                archives = users[names.joined(separator: "/")] ?? []
                if archives.count > 1 { archives = [nil] }
                names.removeLast()
            }
            for archive in archives.isEmpty ? [nil] : archives {
                if let archive { layers[archive].files.append(place) } else { code.append(place) }
            }
        }
    }
}

/// The packages that can be in layers, while it is found out which have to stay.
private struct Movable {
    private let files: [PackageFile]
    private var packages: [InstalledPackage]
    private(set) var kept: [SplitPlan.Kept] = []

    init(_ files: [PackageFile], _ packages: [InstalledPackage]) {
        (self.files, self.packages) = (files, packages)
    }

    func contains(_ package: InstalledPackage) -> Bool { packages.contains(package) }

    /// Keeps packages in the code until no name means something else than before, no link leads from one archive into
    /// another, and no package needs one that only the code has.
    mutating func keepWhatCodeNeeds() {
        var isChanged = true
        while isChanged {
            isChanged = keepHidden() || keepLinked() || keepUsersOfCode()
        }
    }

    private var moved: Set<Int> { Set(packages.flatMap(\.files)) }

    private mutating func keep(_ reason: String, where isKept: (InstalledPackage) -> Bool) -> Bool {
        let found = packages.filter(isKept)
        packages.removeAll { found.contains($0) }
        kept += found.map { SplitPlan.Kept(package: $0.label, reason: reason) }
        return !found.isEmpty
    }

    private mutating func keepHidden() -> Bool {
        let moved = moved
        let files = files
        func folder(_ places: some Sequence<Int>) -> ModuleFolder {
            ModuleFolder(places.lazy.map { files[$0] }.filter { $0.names[0] != "node_modules" })
        }
        let hidden = ModuleFolder.hidden(in: folder(moved), by: folder(files.indices.filter { !moved.contains($0) }))
        guard let path = hidden.first else { return false }
        return keep("'\(path)' in the code would hide it, because /var/task is searched before /opt") { package in
            package.files.contains { files[$0].path.hasPrefix("\(path)/") || files[$0].path.hasPrefix("\(path).") }
        }
    }

    /// Links lead to the same file in a layer only where both move, and stay beside each other.
    private mutating func keepLinked() -> Bool {
        let moved = moved
        let places = Dictionary(files.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { $1 })
        for place in files.indices {
            guard case .link(let target) = files[place].kind, !target.hasPrefix("/"),
                let path = files[place].resolve(target), let other = places[path],
                !files[other].isDirectory
            else { continue }
            if moved.contains(place), moved.contains(other) {
                let link = PackageFile(path: LayerLayout.layerPath(of: files[place]))
                if link.resolve(target) == LayerLayout.layerPath(of: files[other]) { continue }
            } else if !moved.contains(place), !moved.contains(other) {
                continue
            }
            let link = files[place].path
            return keep("the link \(link) would lead elsewhere") { package in
                package.files.contains(place) || package.files.contains(other)
            }
        }
        return false
    }

    /// Node.js looks for packages beside the one that needs them, and not in the function's code.
    private mutating func keepUsersOfCode() -> Bool {
        let moved = moved
        var names: Set<String> = []
        for place in files.indices where !moved.contains(place) && files[place].names[0] == "node_modules" {
            let parts = files[place].names.dropFirst()
            names.insert(parts.prefix(parts.first?.hasPrefix("@") == true ? 2 : 1).joined(separator: "/"))
        }
        guard !names.isEmpty else { return false }
        return keep("it needs a package that stays in the code") { package in
            package.kind == .node && package.requirements.contains { names.contains($0) }
        }
    }
}

extension PackageFile {
    /// The path that a relative link's target leads to; `nil` for one above the root.
    fileprivate func resolve(_ target: String) -> String? {
        var place = Array(names.dropLast())
        for step in target.split(separator: "/") where step != "." {
            guard step == ".." else {
                place.append(step)
                continue
            }
            if place.popLast() == nil { return nil }
        }
        return place.joined(separator: "/")
    }
}
