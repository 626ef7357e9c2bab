internal import Domain

/// A version of a function that uses a version of a layer.
public struct LayerUser: Hashable, Sendable {
    /// The function's version.
    public let function: FunctionVersionSummary
    /// The layer's version, by ARN.
    public let layer: String
    /// The aliases that may run the function's version, by name.
    public let aliases: [String]
}

/// The ARN of a layer version, apart: `arn:aws:lambda:REGION:ACCOUNT:layer:NAME:NUMBER`.
public struct LayerVersionName: Hashable, Sendable {
    /// The layer's ARN.
    public let layer: String
    /// The layer's name.
    public let name: String
    /// The account that has it.
    public let account: String
    /// The region.
    public let region: String
    /// The version's number.
    public let number: Int

    /// Parses an ARN; `nil` for anything else.
    public init?(_ arn: String) {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 8, parts[0] == "arn", parts[2] == "lambda", parts[5] == "layer",
            let number = Int(parts[7]), LayerName(parts[6]) != nil
        else { return nil }
        layer = parts.dropLast().joined(separator: ":")
        (name, account, region, self.number) = (parts[6], parts[4], parts[3], number)
    }

    /// `NAME:NUMBER` for the ARN of a version, and any other text as it is.
    public static func shortened(_ arn: String) -> String {
        LayerVersionName(arn).map { "\($0.name):\($0.number)" } ?? arn
    }
}

/// A layer as a command names it: a name, the layer's ARN, or a version's.
public struct LayerSelection: Hashable, Sendable {
    /// The name, or the layer's ARN.
    public let layer: String
    /// The version; `nil` for all.
    public let number: Int?

    /// Parses `NAME`, `NAME:NUMBER` or an ARN with or without a number.
    public init(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let hasNumber = text.hasPrefix("arn:") ? parts.count == 8 : parts.count == 2
        number = hasNumber ? Int(parts[parts.count - 1]) : nil
        layer = number == nil ? text : parts.dropLast().joined(separator: ":")
    }

    /// Whether a layer version is one of those.
    public func covers(_ arn: String) -> Bool {
        guard let version = LayerVersionName(arn) else { return false }
        return (layer.hasPrefix("arn:") ? version.layer == layer : version.name == layer)
            && (number == nil || version.number == number)
    }
}

extension LambdaClient {
    /// The users of a layer in the caller's account and region, by function and version.
    public func users(of layer: LayerSelection) throws -> [LayerUser] {
        let versions = try functionVersions()
        var users: [LayerUser] = []
        var aliases: [String: [AliasSummary]] = [:]
        for version in versions {
            for used in version.layers where layer.covers(used.arn) {
                if aliases[version.name] == nil { aliases[version.name] = try self.aliases(of: version.name) }
                let names = (aliases[version.name] ?? []).filter { $0.versions.contains(version.version) }.map(\.name)
                users.append(LayerUser(function: version, layer: used.arn, aliases: names.sorted()))
            }
        }
        return users
    }
}
