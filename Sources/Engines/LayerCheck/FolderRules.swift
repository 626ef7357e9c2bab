/// L101 to L107: files where no runtime looks for them.
enum FolderRules {
    static func findings(in layer: LayerContents, for target: LayerTarget) -> [LayerFinding] {
        if let folder = folderAround(layer) { return [folder] }
        var findings: [LayerFinding] = []
        if target.mayUse(.python) { findings += topPackages(layer) + sitePackages(layer) }
        if target.mayUse(.nodejs) { findings += nodePackages(layer) }
        if target.mayUse(.java) { findings += jars(layer) }
        return findings + libraries(layer)
    }

    private static let languages = Set(LanguageFolder.allCases.map { Substring($0.rawValue) })

    /// A folder that has the whole layer in it.
    private static func folderAround(_ layer: LayerContents) -> LayerFinding? {
        guard let top = layer.files.first?.names.first, !languages.contains(top),
            !["lib", "bin", "extensions"].contains(top),
            layer.files.allSatisfy({ $0.names.first == top && ($0.names.count > 1 || $0.isDirectory) }),
            !layer.files.contains(where: { $0.path == "\(top)/__init__.py" }),
            let inner = layer.files.first(where: {
                $0.names.count > 2 && languages.union(["extensions"]).contains($0.names[1])
            })
        else { return nil }
        let folder = "\(top)/\(inner.names[1])"
        return LayerFinding(
            rule: .extraFolder, layer: layer.name,
            message: "\(inner.names[1]) is at /opt/\(folder), and is looked for at /opt/\(inner.names[1]): zip from "
                + "inside the folder \(top)",
            paths: [folder])
    }

    /// Packages that `pip install --target .` has left at the top.
    private static func topPackages(_ layer: LayerContents) -> [LayerFinding] {
        // Extensions and bootstraps have code of their own beside them.
        let isOwn = layer.files.contains { $0.names.first == "extensions" || $0.path == "bootstrap" }
        let names = layer.files.compactMap { file -> String? in
            guard let top = file.names.first, !languages.contains(top) else { return nil }
            if file.names.count == 1, !isOwn, !file.isDirectory, top.hasSuffix(".py") || file.pythonTag != nil {
                return String(top)
            }
            if file.names.count == 2, file.name == "METADATA", top.hasSuffix(".dist-info") { return String(top) }
            return file.names.count == 2 && file.name == "__init__.py" && !isOwn ? String(top) : nil
        }
        // Packages are better known by the names that are imported.
        let imported = names.filter { !$0.hasSuffix(".dist-info") }
        let shown = (imported.isEmpty ? names : imported).sorted()
        let isOne = shown.count == 1
        return LayerFinding.about(.packageAtTop, in: layer, shown) { list in
            "\(list) \(isOne ? "is" : "are") at the top of the layer, in /opt; Python looks in /opt/python: zip "
                + (isOne ? "it as python/\(list)" : "them in a folder named python")
        }
    }

    /// `python/site-packages`, `lib/python3.12/site-packages` and other places that Python does not search.
    private static func sitePackages(_ layer: LayerContents) -> [LayerFinding] {
        let folders = layer.files.compactMap { file -> String? in
            guard let place = file.names.firstIndex(of: "site-packages"), place < 4 else { return nil }
            let above = file.names[..<place]
            let isFound =
                above.count == 3 && above[0] == "python" && above[1] == "lib" && above[2].hasPrefix("python3.")
            let isPlain = above.allSatisfy { ["python", "lib", "lib64"].contains($0) || $0.hasPrefix("python3") }
            return isFound || !isPlain ? nil : file.names[...place].joined(separator: "/")
        }
        return LayerFinding.about(.sitePackagesElsewhere, in: layer, folders.withoutRepetition) {
            "Python does not look in \($0): move the packages into python"
        }
    }

    private static func nodePackages(_ layer: LayerContents) -> [LayerFinding] {
        let isAtTop = layer.files.contains { $0.names.first == "node_modules" }
        let others = layer.files.compactMap { file -> String? in
            guard file.name == "package.json", file.names.first == "nodejs", file.names.count > 2,
                file.names[1] != "node_modules", !isVersion(file.names[1])
            else { return nil }
            let scope = file.names[1].hasPrefix("@") ? 1 : 0
            return file.names.count == 3 + scope ? file.names[1...(1 + scope)].joined(separator: "/") : nil
        }
        return LayerFinding.about(.nodeModulesAtTop, in: layer, isAtTop ? ["node_modules"] : []) { _ in
            "node_modules is at /opt/node_modules; Node.js looks in /opt/nodejs/node_modules: zip it as "
                + "nodejs/node_modules"
        }
            + LayerFinding.about(.nodePackageElsewhere, in: layer, others.map { "nodejs/\($0)" }) {
                "\($0) cannot be required by name: move it into nodejs/node_modules"
            }
    }

    /// `node22`, in which Node.js looks for `node_modules`.
    private static func isVersion(_ name: Substring) -> Bool {
        name.hasPrefix("node") && name.count > 4 && name.dropFirst(4).allSatisfy(\.isNumber)
    }

    private static func jars(_ layer: LayerContents) -> [LayerFinding] {
        let paths = layer.files.filter { file in
            guard file.name.hasSuffix(".jar"), !file.isDirectory else { return false }
            if file.names.starts(with: ["java", "lib"]) { return file.names.count > 3 }
            return file.names.count == 1 || file.names[0] == "java" || (file.names[0] == "lib" && file.names.count == 2)
        }.map(\.path)
        return LayerFinding.about(.jarElsewhere, in: layer, paths) {
            "\($0): not on the class path, which has the jars directly in java/lib"
        }
    }

    private static func libraries(_ layer: LayerContents) -> [LayerFinding] {
        let paths = layer.files.filter { file in
            file.names.count == 1 && !file.isDirectory && LayerFile.isSharedLibrary(file.name)
                && file.name.hasPrefix("lib") && file.pythonTag == nil
        }.map(\.path)
        return LayerFinding.about(.libraryAtTop, in: layer, paths) {
            "\($0): the loader looks in /opt/lib, not in /opt: move into lib"
        }
    }
}

extension [String] {
    /// The first of each text.
    var withoutRepetition: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
