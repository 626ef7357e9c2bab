internal import Domain

/// L108 to L110: folders for another version or language than the functions'.
enum VersionFolderRules {
    static func findings(in layer: LayerContents, for target: LayerTarget) -> [LayerFinding] {
        literal(layer) + otherVersions(layer, target)
    }

    /// `python/lib/python3.x`, as documentation writes it for any version.
    private static func literal(_ layer: LayerContents) -> [LayerFinding] {
        let folders = layer.files.compactMap { file -> String? in
            guard let place = file.names.prefix(3).firstIndex(where: { $0 == "python3.x" || $0 == "python3.X" }) else {
                return nil
            }
            return file.names[...place].joined(separator: "/")
        }
        return LayerFinding.about(.literalVersion, in: layer, folders.withoutRepetition) {
            "\($0): the name needs a version, such as python3.12"
        }
    }

    private static func otherVersions(_ layer: LayerContents, _ target: LayerTarget) -> [LayerFinding] {
        guard let runtime = target.runtime, let (parent, own) = versionFolder(of: runtime) else { return [] }
        let depth = parent.count
        let folders = layer.files.compactMap { file -> Substring? in
            guard file.names.count > depth + 1, file.names.starts(with: parent) else { return nil }
            let name = file.names[depth]
            return name.hasPrefix(own.prefix) && name.dropFirst(own.prefix.count).first?.isNumber == true ? name : nil
        }
        let names = folders.map(String.init).withoutRepetition
        // A layer may serve several versions.
        let isServed = names.contains { name in
            let version = name.dropFirst(own.prefix.count)
            return version == own.version || (own.isStart && version.hasPrefix(own.version + "."))
        }
        guard !isServed else { return [] }
        let folder = parent.joined(separator: "/")
        return LayerFinding.about(.otherVersionFolder, in: layer, names.map { "\(folder)/\($0)" }) {
            "\($0): \(runtime) looks in \(folder)/\(own.prefix)\(own.version)\(own.isStart ? ".0" : "")"
        }
    }

    /// The folder that has a folder for each version, and how that of the runtime's is named.
    private static func versionFolder(
        of runtime: RuntimeIdentifier
    ) -> (parent: [Substring], own: (prefix: String, version: String, isStart: Bool))? {
        switch runtime.family {
        case .python(let minor): (["python", "lib"], ("python3.", "\(minor)", false))
        case .nodejs(let major): (["nodejs"], ("node", "\(major)", false))
        case .ruby(let version): (["ruby", "gems"], ("", version, true))
        case .java, .dotnet, .provided, .other: nil
        }
    }

    /// Packages for more than one language, or for another than the runtime's.
    static func mixedLanguages(in layers: [LayerContents], for target: LayerTarget) -> [LayerFinding] {
        // A bootstrap may use any of them.
        if target.runtime != nil, target.language == nil { return [] }
        var owners: [LanguageFolder: LayerContents] = [:]
        for layer in layers {
            for file in layer.files where file.names.count > 1 {
                guard let language = file.names.first.flatMap({ LanguageFolder(rawValue: String($0)) }) else {
                    continue
                }
                owners[language] = layer
            }
        }
        if let own = target.language { owners[own] = nil } else if owners.count < 2 { return [] }
        let used = LanguageFolder.allCases.filter { owners[$0] != nil }
        guard let layer = used.last.flatMap({ owners[$0] }) else { return [] }
        return LayerFinding.about(.mixedLanguages, in: layer, used.map(\.rawValue)) { list in
            guard let runtime = target.runtime else {
                return "there are packages in \(list), and a function uses one of them"
            }
            return "there are packages in \(list), which \(runtime) does not use"
        }
    }
}
