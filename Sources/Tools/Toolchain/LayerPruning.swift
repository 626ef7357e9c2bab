/// Which versions of layers may go: what no function has, is not among the newest, and is not shared.
public struct LayerPruning: Sendable {
    /// Why a version stays.
    public enum Reason: Hashable, Sendable {
        /// It is one of the newest.
        case newest
        /// So many versions of functions use it.
        case used(count: Int)
        /// Its policy lets other accounts use it, whose functions cannot be seen.
        case shared
    }

    /// The versions that may go, by layer, oldest first.
    public private(set) var unused: [LayerVersionSummary] = []
    /// The versions that stay, with the reason.
    public private(set) var kept: [(version: LayerVersionSummary, reason: Reason)] = []

    /// Decides.
    ///
    /// - Parameters:
    ///   - versions: those of every layer.
    ///   - uses: for each version's ARN, how many versions of functions have it.
    ///   - keep: how many of a layer's newest versions stay in any case.
    ///   - isShared: whether a version has a policy; asked only for versions that would go otherwise.
    public init(
        _ versions: [[LayerVersionSummary]], uses: [String: Int], keep: Int,
        isShared: (LayerVersionSummary) throws -> Bool
    ) rethrows {
        for layer in versions {
            let newestFirst = layer.sorted { $0.number > $1.number }
            for (index, version) in newestFirst.enumerated().reversed() {
                if let count = uses[version.arn], count > 0 {
                    kept.append((version, .used(count: count)))
                } else if index < keep {
                    kept.append((version, .newest))
                } else if try isShared(version) {
                    kept.append((version, .shared))
                } else {
                    unused.append(version)
                }
            }
        }
    }
}

extension LambdaClient {
    /// What may go of the layers of the caller's account and region.
    ///
    /// - Parameters:
    ///   - names: the layers to look at; all when empty.
    ///   - users: ARNs of layer versions, once for each version of a function that has them.
    public func pruning(ofLayers names: [String], keep: Int, users: [String]) throws -> LayerPruning {
        let names = names.isEmpty ? try layers().map(\.name) : names
        return try LayerPruning(
            names.map { try versions(ofLayer: $0) }, uses: users.reduce(into: [:]) { $0[$1, default: 0] += 1 },
            keep: keep, isShared: { try isShared($0) })
    }
}
