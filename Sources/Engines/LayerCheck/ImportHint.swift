public import Domain
public import PackageContents

/// Why a module is not found though a layer has it: what a function's import error does not say. A pure value.
public struct ImportHint: Hashable, Sendable {
    /// The module that is missing, by its name: `requests`, `numpy.core`, `@aws-sdk/client-s3`.
    public let module: String

    /// Reads an error's message; `nil` where it is about something else.
    ///
    /// The messages are CPython's (`No module named 'x'`) and Node.js's (`Cannot find module 'x'`, `Cannot find package
    /// 'x'`).
    public init?(message: String) {
        for phrase in ["No module named '", "Cannot find module '", "Cannot find package '"] {
            guard let start = message.firstRange(of: phrase)?.upperBound else { continue }
            let name = message[start...].prefix { $0 != "'" }
            // A path is a file of the function's own.
            guard !name.isEmpty, !name.hasPrefix("."), !name.hasPrefix("/"), !name.contains(":") else { return nil }
            module = String(name)
            return
        }
        return nil
    }

    /// The hint, a sentence without a full stop.
    ///
    /// - Parameters:
    ///   - layers: the function's layers in order: their names, and their files.
    ///   - runtime: the function's runtime.
    public func text(_ layers: [(name: String, files: [PackageFile])], _ runtime: RuntimeIdentifier?) -> String? {
        let places: [String]
        let folder: String
        switch runtime?.family {
        case .python(let minor)?:
            (folder, places) = ("python", ["python", "python/lib/python3.\(minor)/site-packages"])
        case .nodejs(let major)?:
            (folder, places) = ("nodejs/node_modules", ["nodejs/node_modules", "nodejs/node\(major)/node_modules"])
        default: return nil
        }
        let isPython = folder == "python"
        let path = isPython ? module.split(separator: ".").joined(separator: "/") : module
        let root = isPython ? String(path.split(separator: "/").first ?? "") : module
        let language = isPython ? "Python" : "Node.js"
        let wanted = "\(language) looks in \(places.map { "/opt/\($0)" }.joined(separator: " and "))"
        for layer in layers {
            guard let found = Self.place(of: root, in: layer.files) else { continue }
            let place = found.isEmpty ? root : "\(found)/\(root)"
            if places.contains(found) {
                guard path != root else {
                    return
                        "\(root) is in layer \(layer.name), at /opt/\(place), where \(language) looks: its own files "
                        + "may be missing or unreadable; see 'strata layer check'"
                }
                let tags = Self.pythonTags(below: place, named: path.split(separator: "/").last ?? "", layer.files)
                return "\(root) is in layer \(layer.name), at /opt/\(place), but not \(module)"
                    + (tags.isEmpty ? "" : ": it is compiled for \(tags.joined(separator: ", ")), not for this Python")
            }
            if let other = Self.version(of: found) {
                return "\(root) is in layer \(layer.name), at /opt/\(place), for Python \(other): build the layer for "
                    + "\(runtime?.description ?? "this runtime")"
            }
            return "\(root) is in layer \(layer.name), at /opt/\(place); \(wanted): zip it as \(folder)/\(root)"
        }
        guard !layers.isEmpty else { return "\(root) is not in the function's code, and the function has no layers" }
        return "\(root) is not in the function's code, and in none of its layers "
            + "(\(layers.map(\.name).joined(separator: ", ")))"
    }

    /// The folder that has a module, the shortest one; `nil` where none has.
    private static func place(of module: String, in files: [PackageFile]) -> String? {
        var best: String?
        for file in files {
            let parents = file.names
            let start = "/\(file.path)/"
            // Packages are folders with files; modules are files with the module's name.
            var folder: String?
            if let range = start.firstRange(of: "/\(module)/"), !file.isDirectory {
                folder = String(start[..<range.lowerBound].dropFirst())
            } else if let name = parents.last, name.hasPrefix("\(module)."),
                name.hasSuffix(".py") || name.hasSuffix(".so")
            {
                folder = file.folder
            }
            if let folder, best.map({ folder.utf8.count < $0.utf8.count }) ?? true { best = folder }
        }
        return best
    }

    /// `3.11` for `python/lib/python3.11/site-packages`; `nil` for another folder.
    private static func version(of folder: String) -> String? {
        let names = folder.split(separator: "/")
        guard names.count == 4, names[..<2] == ["python", "lib"], names[3] == "site-packages" else { return nil }
        return names[2].hasPrefix("python3.") ? String(names[2].dropFirst(6)) : nil
    }

    /// What compiled modules of a name are for: `cpython-311`.
    private static func pythonTags(below folder: String, named module: Substring, _ files: [PackageFile]) -> [String] {
        var tags: Set<String> = []
        for file in files where file.path.hasPrefix("\(folder)/") {
            guard let name = file.names.last, name.hasPrefix("\(module).cpython-") else { continue }
            tags.insert("cpython-" + name.dropFirst(module.count + 9).prefix { $0.isNumber })
        }
        return tags.sorted()
    }
}
