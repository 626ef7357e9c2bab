internal import Domain
internal import PackageContents

/// L403 and L404: versions of Python packages, and what they need.
enum PythonPackageRules {
    static func findings(in layers: [LayerContents], for target: LayerTarget) -> [LayerFinding] {
        guard target.mayUse(.python) else { return [] }
        let installed = layers.flatMap { layer in
            layer.files.compactMap { Installed($0, in: layer, target) }
        }
        return severalVersions(installed) + missingRequirements(installed, layers)
    }

    /// A package in a folder that Python searches.
    private struct Installed {
        let package: PythonPackage
        let layer: LayerContents
        let path: String

        /// `nil` for what is no package, or where it is not found: packages bring others inside of them.
        init?(_ file: LayerFile, in layer: LayerContents, _ target: LayerTarget) {
            guard case .pythonPackage(let package) = file.content,
                let depth = PythonPackageRules.depth(ofSearched: file, target), file.names.count == depth + 2
            else { return nil }
            (self.package, self.layer, path) = (package, layer, file.path)
        }
    }

    /// The number of names of the searched folder that a file is in; `nil` for none.
    private static func depth(ofSearched file: LayerFile, _ target: LayerTarget) -> Int? {
        guard file.names.first == "python" else { return nil }
        guard file.names.count > 4, file.names[1] == "lib", file.names[3] == "site-packages" else { return 1 }
        let isOther = target.pythonMinor.map { file.names[2] != "python3.\($0)" } ?? false
        return isOther ? nil : 4
    }

    private static func severalVersions(_ installed: [Installed]) -> [LayerFinding] {
        let packages = Dictionary(grouping: installed) { $0.package.name }
        return packages.keys.sorted().flatMap { name -> [LayerFinding] in
            let all = packages[name] ?? []
            guard let last = all.last, Set(all.map(\.package.version)).count > 1 else { return [] }
            let versions = all.map { "\($0.package.version) (\($0.layer.name))" }.withoutRepetition
            return LayerFinding.about(.severalVersions, in: last.layer, all.map(\.path).withoutRepetition) { _ in
                "\(name) has several versions: \(LayerFinding.list(versions))"
            }
        }
    }

    /// What Lambda's Python runtimes have of their own: boto3, with all that it needs.
    private static let ofRuntime: Set<String> = [
        "boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3",
    ]

    private static func missingRequirements(_ installed: [Installed], _ layers: [LayerContents]) -> [LayerFinding] {
        let needed = Set(installed.flatMap(\.package.requirements)).subtracting(installed.map(\.package.name))
            .subtracting(ofRuntime)
        guard !needed.isEmpty else { return [] }
        let missing = needed.subtracting(importable(layers))
        return missing.sorted().flatMap { name -> [LayerFinding] in
            let users = installed.filter { $0.package.requirements.contains(name) }
            guard let layer = users.first?.layer else { return [] }
            let names = LayerFinding.list(users.map(\.package.name).withoutRepetition)
            return LayerFinding.about(.missingRequirement, in: layer, users.map(\.path)) { _ in
                "\(names) needs \(name), which neither a layer nor the runtime has"
            }
        }
    }

    /// The names of modules that are there without metadata.
    private static func importable(_ layers: [LayerContents]) -> Set<String> {
        var names: Set<String> = []
        for file in layers.lazy.flatMap(\.files) where file.names.first == "python" && file.names.count > 1 {
            let place = file.names.count > 4 && file.names[1] == "lib" && file.names[3] == "site-packages" ? 4 : 1
            names.insert(PythonPackage.normalized(file.names[place].prefix { $0 != "." }))
        }
        return names
    }
}
