/// L401 and L402: paths that are there more than once.
enum DuplicateRules {
    static func findings(in layers: [LayerContents]) -> [LayerFinding] {
        layers.flatMap { twice($0) } + shadowed(layers)
    }

    private static func twice(_ layer: LayerContents) -> [LayerFinding] {
        var seen: Set<String> = []
        let paths = layer.files.filter { !$0.isDirectory && !seen.insert($0.path).inserted }.map(\.path)
        return LayerFinding.about(.duplicatePath, in: layer, paths.withoutRepetition) {
            "\($0): in the zip more than once"
        }
    }

    private static func shadowed(_ layers: [LayerContents]) -> [LayerFinding] {
        guard layers.count > 1 else { return [] }
        var owners: [String: Int] = [:]
        var replaced: [[Int]: [String]] = [:]
        for (index, layer) in layers.enumerated() {
            for file in layer.files where !file.isDirectory {
                if let earlier = owners.updateValue(index, forKey: file.path), earlier != index {
                    replaced[[index, earlier], default: []].append(file.path)
                }
            }
        }
        return replaced.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap { pair, paths in
            LayerFinding.about(.shadowedPath, in: layers[pair[0]], paths) {
                "\($0): in place of \(paths.count == 1 ? "the file" : "files") of \(layers[pair[1]].name)"
            }
        }
    }
}
