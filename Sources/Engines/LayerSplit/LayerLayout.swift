internal import PackageContents

/// Where a layer has the files of a function's package, so that runtimes find them at `/opt` as they did at
/// `/var/task` ("Packaging your layer content", Lambda developer guide).
public enum LayerLayout {
    /// The path in a layer of a file or folder at the root of a function's package.
    ///
    /// Programs go to `bin`, which is in `PATH` as `/opt/bin`. Links in `bin` that lead elsewhere stay beside the
    /// packages that they lead to.
    static func layerPath(of file: PackageFile) -> String {
        switch file.names.first {
        case "node_modules": "nodejs/\(file.path)"
        case "bin" where !leadsElsewhere(file): file.path
        default: "python/\(file.path)"
        }
    }

    private static func leadsElsewhere(_ file: PackageFile) -> Bool {
        if case .link(let target) = file.kind { target.contains("/") } else { false }
    }

    /// The path in a function's package of a file or folder in a layer; `nil` for one that no split has made.
    static func originalPath(of path: String) -> String? {
        if path == "bin" || path.hasPrefix("bin/") { return path }
        for folder in ["python/", "nodejs/"] where path.hasPrefix(folder) {
            return path.count > folder.count ? String(path.dropFirst(folder.count)) : nil
        }
        return nil
    }

    /// Whether a layer can have an installed package: one at the root of the function's package.
    static func canMove(_ package: InstalledPackage, of files: [PackageFile]) -> Bool {
        switch package.kind {
        case .python:
            package.files.contains { place in
                let names = files[place].names
                return names.count == 2 && (names[0].hasSuffix(".dist-info") || names[0].hasSuffix(".egg-info"))
            }
        case .node: package.files.first.map { files[$0].names[0] == "node_modules" } ?? false
        case .folder: true
        // The order of jars in the class path would change.
        case .jar: false
        }
    }
}
