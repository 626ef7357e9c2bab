/// Checks layers before they are published: what would fail, or surprise, when functions use them.
public enum LayerInspection {
    /// The findings of every rule, by layer and code.
    ///
    /// - Parameters:
    ///   - layers: the layers of a function in its order, so that files of later ones replace those of earlier ones.
    ///   - target: the functions that use them.
    public static func findings(in layers: [LayerContents], for target: LayerTarget) -> [LayerFinding] {
        let tree = MergedTree(of: layers)
        let perLayer = layers.map { layer in
            FolderRules.findings(in: layer, for: target) + VersionFolderRules.findings(in: layer, for: target)
                + BinaryRules.findings(in: layer, for: target, tree)
                + AccessRules.findings(in: layer, tree)
                + UnwantedContentRules.findings(in: layer, for: target)
        }
        let across =
            VersionFolderRules.mixedLanguages(in: layers, for: target)
            + DuplicateRules.findings(in: layers) + PythonPackageRules.findings(in: layers, for: target)
            + SizeRules.findings(in: layers)
        let order = Dictionary(layers.enumerated().map { ($1.name, $0) }) { first, _ in first }
        return (perLayer.joined() + across).enumerated().sorted { one, other in
            let (left, right) = (one.element, other.element)
            return (order[left.layer] ?? 0, left.rule.rawValue, one.offset)
                < (order[right.layer] ?? 0, right.rule.rawValue, other.offset)
        }.map(\.element)
    }
}
