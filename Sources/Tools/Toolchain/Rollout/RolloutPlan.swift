internal import AWSProtocol

/// What a rollout does with each user of a layer. It is made from what the server has, so that a rollout that was
/// interrupted goes on where it was.
public struct RolloutPlan: Sendable {
    /// An alias that is moved from one version of its function to another.
    public struct Alias: Hashable, Sendable {
        /// The alias's name.
        public let name: String
        /// The version that it points to now.
        public let version: String
        /// The version with the new layer that has a share of its invocations already, and the share; `nil` for none.
        public let started: Share?
        /// What the alias was when it was looked at: another one's change since is not overwritten.
        public let revision: String?
    }

    /// What the plan is for.
    public enum Purpose: Sendable {
        /// Versions are published: a function stays as it is whose `$LATEST` has other changes than the layer.
        case rollout
        /// Copies of functions run, with the layers of `$LATEST`.
        case rehearsal
        /// Aliases that are between versions go back, and nothing else.
        case goingBack
    }

    /// A version and its share of invocations.
    public struct Share: Hashable, Sendable {
        /// The version.
        public let version: String
        /// Above 0 and below 1.
        public let weight: Double
    }

    /// A function that is moved.
    public struct Function: Sendable {
        /// The function's name.
        public let name: String
        /// The layer version that it has now, by ARN.
        public let from: String
        /// Its layers as they are to be, in order.
        public let layers: [String]
        /// Its layers as they were.
        public let formerLayers: [String]
        /// Whether `$LATEST` has the new layer already.
        public let isRepointed: Bool
        /// The aliases that are moved; without any, only `$LATEST` changes, and at once.
        public let aliases: [Alias]
    }

    /// A function that stays as it is.
    public struct Skipped: Hashable, Sendable {
        /// The function's name.
        public let name: String
        /// Why, as a phrase.
        public let reason: String
    }

    /// The layer version that functions are to have, by ARN.
    public let target: String
    /// What is moved, by name.
    public private(set) var functions: [Function] = []
    /// What is not, by name.
    public private(set) var skipped: [Skipped] = []

    /// Looks at every function of the caller's account and region.
    ///
    /// - Parameters:
    ///   - arn: the layer version that functions are to have.
    ///   - names: the functions to move; all users when empty.
    public init(_ client: LambdaClient, to arn: String, only names: [String], for purpose: Purpose) throws {
        guard let target = LayerVersionName(arn) else { throw UnexpectedAnswer("a layer version without a number") }
        self.target = arn
        let layer = LayerSelection(target.layer)
        let all = Dictionary(grouping: try client.functionVersions(), by: \.name)
        for name in names where all[name] == nil {
            throw LambdaFault("There is no function \(name) to move; nothing was changed")
        }
        for (name, versions) in all.sorted(by: { $0.key < $1.key }) {
            guard names.isEmpty || names.contains(name), let latest = versions.first(where: { $0.version == "$LATEST" })
            else { continue }
            let byNumber = Dictionary(versions.map { ($0.version, $0) }) { first, _ in first }
            func used(_ version: String) -> String? { byNumber[version]?.layers.first { layer.covers($0.arn) }?.arn }
            guard versions.contains(where: { used($0.version) != nil }) else { continue }
            let known = try client.aliases(of: name)
            let aliases = known.filter { alias in
                used(alias.version).map { $0 != arn } ?? false
            }.map { alias in
                let share = alias.weights.first { used($0.key) == arn }
                return Alias(
                    name: alias.name, version: alias.version,
                    started: share.map { Share(version: $0.key, weight: $0.value) }, revision: alias.revision)
            }.filter { purpose != .goingBack || $0.started != nil }
            let shared = known.first { alias in
                aliases.contains { $0.name == alias.name } && alias.weights.contains { used($0.key) != arn }
            }
            if let shared {
                skipped.append(
                    Skipped(name: name, reason: "its alias \(shared.name) is between versions that are not these"))
                continue
            }
            let own = used("$LATEST")
            guard own.map({ $0 != arn && purpose != .goingBack }) ?? false || !aliases.isEmpty else { continue }
            guard own != nil else {
                skipped.append(
                    Skipped(name: name, reason: "its aliases use the layer, and its $LATEST does not"))
                continue
            }
            if purpose == .rollout, let difference = try Self.difference(of: name, aliases, layer, client) {
                skipped.append(Skipped(name: name, reason: difference))
                continue
            }
            let from = aliases.lazy.compactMap { used($0.version) }.first ?? own ?? ""
            let now = latest.layers.map(\.arn)
            functions.append(
                Function(
                    name: name, from: from, layers: now.map { layer.covers($0) ? arn : $0 },
                    formerLayers: now.map { $0 == arn ? from : $0 }, isRepointed: own == arn, aliases: aliases))
        }
    }

    /// Why a function's aliases cannot be moved to what `$LATEST` is: it has more changes than the layer, which would
    /// be rolled out with it. `nil` where it has none.
    private static func difference(
        of name: String, _ aliases: [Alias], _ layer: LayerSelection, _ client: LambdaClient
    ) throws -> String? {
        guard !aliases.isEmpty, let latest = try client.configuration(of: name) else { return nil }
        for version in Set(aliases.map(\.version)).sorted() {
            guard let settings = try client.configuration(of: name, qualifier: version) else { continue }
            func others(_ settings: AWSValue) -> [String] {
                settings.layerARNs.filter { !layer.covers($0) }
            }
            if others(latest) != others(settings) {
                return "its $LATEST has other layers than version \(version), which would be rolled out too; "
                    + "publish that first"
            }
            let names = Set((latest.members ?? [:]).keys).union((settings.members ?? [:]).keys).subtracting(volatile)
            if let changed = names.sorted().first(where: { latest[$0] != settings[$0] }) {
                return "its $LATEST has another \(changed) than version \(version), which would be rolled out too; "
                    + "publish that first"
            }
        }
        return nil
    }

    /// Members that differ between versions though what runs is the same.
    private static let volatile: Set<String> = [
        "FunctionArn", "Version", "LastModified", "RevisionId", "Layers", "State", "StateReason", "StateReasonCode",
        "LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode", "Description", "SnapStart",
        "RuntimeVersionConfig", "ConfigSha256", "MasterArn", "SigningProfileVersionArn", "SigningJobArn",
    ]
}
