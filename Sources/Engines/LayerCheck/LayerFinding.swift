/// One cause of trouble in a layer, with every path that has it.
public struct LayerFinding: Hashable, Sendable {
    /// The rule that is broken.
    public let rule: LayerRule
    /// The layer, as ``LayerContents/name`` has it.
    public let layer: String
    /// What is wrong and what to do, without a full stop.
    public let message: String
    /// The paths below `/opt` that it is about; empty where it is about the layer as a whole.
    public let paths: [String]

    /// Describes a finding.
    public init(rule: LayerRule, layer: String, message: String, paths: [String] = []) {
        (self.rule, self.layer, self.message, self.paths) = (rule, layer, message, paths)
    }

    /// The finding of a rule in one layer; empty where no path has it.
    static func about(
        _ rule: LayerRule, in layer: LayerContents, _ paths: [String], _ message: (String) -> String
    ) -> [LayerFinding] {
        guard !paths.isEmpty else { return [] }
        return [LayerFinding(rule: rule, layer: layer.name, message: message(list(paths)), paths: paths)]
    }

    /// A few names as a phrase: `a, b and 3 more`.
    static func list(_ names: [String]) -> String {
        let shown = 3
        if names.count > shown + 1 {
            return "\(names.prefix(shown).joined(separator: ", ")) and \(names.count - shown) more"
        }
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return "\(names.dropLast().joined(separator: ", ")) and \(last)"
    }
}
