/// L301 to L304: modes and symbolic links.
enum AccessRules {
    static func findings(in layer: LayerContents, _ tree: MergedTree) -> [LayerFinding] {
        programs(layer) + unreadable(layer) + links(layer, tree)
    }

    /// Names in `bin` that are no commands.
    private static let noCommands = [
        ".txt", ".md", ".json", ".yaml", ".yml", ".conf", ".cfg", ".ini", ".pyc", ".map", ".dll",
    ]

    private static func programs(_ layer: LayerContents) -> [LayerFinding] {
        let files = layer.files.filter { file in
            guard file.names.count == 2, file.kind == .file, file.mode.map({ $0 & 0o001 == 0 }) ?? true else {
                return false
            }
            if file.names[0] == "extensions" { return true }
            let isCommand = !LayerFile.isSharedLibrary(file.name) && !noCommands.contains { file.name.hasSuffix($0) }
            return file.names[0] == "bin" && isCommand
        }
        let isWithoutModes = files.contains { $0.mode == nil }
        return LayerFinding.about(.notExecutable, in: layer, files.map(\.path)) {
            isWithoutModes
                ? "\($0): the zip has no Unix modes, so that nothing in it is executable"
                : "\($0): functions' user may not run it: chmod 755"
        }
    }

    private static func unreadable(_ layer: LayerContents) -> [LayerFinding] {
        let paths = layer.files.filter { file in
            guard let mode = file.mode else { return false }
            return switch file.kind {
            case .file: mode & 0o004 == 0
            case .directory: mode & 0o005 != 0o005
            case .link: false
            }
        }.map(\.path)
        return LayerFinding.about(.unreadable, in: layer, paths) {
            "\($0): functions' user may not read it: chmod a+rX"
        }
    }

    private static func links(_ layer: LayerContents, _ tree: MergedTree) -> [LayerFinding] {
        var broken: [(path: String, target: String)] = []
        var escaping: [(path: String, target: String)] = []
        for file in layer.files {
            guard case .link(let target) = file.kind else { continue }
            switch tree.resolve(target, from: file.names.dropLast()) {
            case .found: continue
            case .missing: broken.append((file.path, target))
            case .outside(let place):
                // Devices and functions' own folders are the same on every machine.
                if !["/dev/", "/proc/", "/tmp", "/var/task"].contains(where: { place.hasPrefix($0) }) {
                    escaping.append((file.path, target))
                }
            }
        }
        func about(_ rule: LayerRule, _ links: [(path: String, target: String)], _ end: String) -> [LayerFinding] {
            let shown = LayerFinding.list(links.map { "\($0.path) -> \($0.target)" })
            return LayerFinding.about(rule, in: layer, links.map(\.path)) { _ in "\(shown): \(end)" }
        }
        return about(.brokenLink, broken, "no layer has the target")
            + about(.escapingLink, escaping, "leads out of /opt, to what the function's machine may not have")
    }
}
