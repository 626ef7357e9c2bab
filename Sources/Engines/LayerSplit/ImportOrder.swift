internal import PackageContents

/// What Python finds by the names of modules, in one folder or in several ("The import system", Python language
/// reference): the first folder with a module has it, and folders without an `__init__` are merged.
struct ModuleFolder {
    /// What a name is in one folder, the first one that is there.
    enum Module: Int, Comparable {
        case package, compiled, source, bytecode, namespace

        static func < (one: Module, other: Module) -> Bool { one.rawValue < other.rawValue }
    }

    /// What each name is, by folder.
    private var modules: [String: [String: Module]] = [:]

    /// The modules below a folder that Python searches.
    init(_ files: some Sequence<PackageFile>) {
        for file in files where !file.isDirectory {
            let stem = String(file.name.prefix { $0 != "." })
            if let kind = Self.kind(ofFile: file.name), stem != "__init__" { add(stem, kind, in: file.folder) }
            var names = file.names.dropLast()
            if stem == "__init__", Self.kind(ofFile: file.name) != nil, let package = names.popLast() {
                add(String(package), .package, in: names.joined(separator: "/"))
            }
            while let folder = names.popLast() {
                add(String(folder), .namespace, in: names.joined(separator: "/"))
            }
        }
    }

    private static func kind(ofFile name: Substring) -> Module? {
        if name.hasSuffix(".so") { return .compiled }
        if name.hasSuffix(".py") { return .source }
        // Bytecode in __pycache__ is used beside its source only.
        return name.hasSuffix(".pyc") && !name.contains(".cpython-") ? .bytecode : nil
    }

    private mutating func add(_ name: String, _ kind: Module, in folder: String) {
        let known = modules[folder]?[name]
        if known.map({ kind < $0 }) ?? true { modules[folder, default: [:]][name] = kind }
    }

    private func module(_ name: String, in folder: String) -> Module? { modules[folder]?[name] }

    /// The names of modules that mean something else where a folder is searched before another, than where all is in
    /// one: paths without endings, `company/tools`.
    static func hidden(in later: ModuleFolder, by earlier: ModuleFolder) -> [String] {
        var hidden: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            for (name, kind) in later.modules[folder] ?? [:] {
                guard let other = earlier.module(name, in: folder) else { continue }
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                switch (other, kind) {
                case (.namespace, .namespace): folders.append(path)
                // The whole package was there, with what is now apart from it.
                case (.namespace, _) where kind == .package: hidden.append(path)
                case (.namespace, _): continue
                // Both were in one folder, where the better kind is found.
                case (_, .namespace): if other == .package { hidden.append(path) }
                default: if kind <= other { hidden.append(path) }
                }
            }
        }
        return hidden.sorted()
    }
}
