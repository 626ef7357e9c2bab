/// What a layer goes without, unless it is told to keep it.
public enum SlimmingRule: String, CaseIterable, Hashable, Sendable {
    /// Folders named `tests` or `test` inside packages that no other code of the layer refers to.
    case tests
    /// `*.pyi` files, which only type checkers read. `py.typed` stays, and so do those of packages that load them.
    case stubs
}

/// What was saved, by what.
public struct LayerSaving: Hashable, Sendable {
    /// The name of a rule, or `strip`.
    public let rule: String
    /// How many files were left out, or lost their symbols.
    public let fileCount: Int
    /// By how much the unpacked layer is smaller.
    public let byteCount: Int
}

/// Leaves out of installed Python packages what no function needs. Safe by default: what other code mentions stays.
struct Slimming {
    let kept: Set<SlimmingRule>

    /// The entries that stay.
    ///
    /// - Parameters:
    ///   - entries: all of one folder of packages, by their paths below it.
    ///   - savings: gets what was left out.
    func slimmed(
        _ entries: [PackageEntry], savings: inout [LayerSaving]
    ) throws(PackagingError) -> [PackageEntry] {
        let rules = SlimmingRule.allCases.filter { !kept.contains($0) }
        guard !rules.isEmpty else { return entries }
        let mentions = try SourceMentions(of: entries, includingTests: kept.contains(.tests))
        var rest = entries
        for rule in rules {
            let isUnneeded: (PackageEntry) -> Bool =
                switch rule {
                case .tests: { mentions.isUnneededTest($0.path) }
                case .stubs: { $0.path.hasSuffix(".pyi") && !mentions.loadsStubs(package: $0.path) }
                }
            let left = rest.filter(isUnneeded)
            guard !left.isEmpty else { continue }
            savings.append(
                LayerSaving(
                    rule: rule.rawValue, fileCount: left.count, byteCount: left.reduce(0) { $0 + $1.byteCount }))
            rest = rest.filter { !isUnneeded($0) }
        }
        return rest
    }
}
