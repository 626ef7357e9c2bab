internal import AWSProtocol

extension LambdaClient {
    private static let layers = "/2018-10-31/layers"

    /// The newest version of each layer, by name.
    public func layers() throws -> [LayerVersionSummary] {
        try pages("Layers", at: Self.layers).compactMap { layer in
            layer["LatestMatchingVersion"].flatMap { LayerVersionSummary($0, name: layer.string("LayerName")) }
        }
    }

    /// The versions of a layer, newest first; empty for a layer that does not exist.
    ///
    /// - Parameter layer: its name or ARN.
    public func versions(ofLayer layer: String) throws -> [LayerVersionSummary] {
        try pages("LayerVersions", at: "\(Self.layers)/\(PercentEncoding.encode(layer))/versions").compactMap {
            LayerVersionSummary($0)
        }
    }

    /// A version by its ARN, with where its content can be downloaded.
    public func layerVersion(_ arn: String) throws -> LayerVersionDetails {
        let answer = try send(
            LambdaCall("GET", Self.layers, query: [(name: "find", value: "LayerVersion"), (name: "Arn", value: arn)]))
        return try LayerVersionDetails(answer)
    }

    /// A version of one of the caller's own layers.
    public func details(of version: LayerVersionSummary) throws -> LayerVersionDetails {
        let path = "\(Self.layers)/\(PercentEncoding.encode(version.name))/versions/\(version.number)"
        return try LayerVersionDetails(send(LambdaCall("GET", path)))
    }

    /// Publishes a version.
    public func publish(_ layer: LayerPublication) throws -> LayerVersionDetails {
        var members: [String: AWSValue] = ["Content": .structure(layer.content.members)]
        if !layer.description.isEmpty { members["Description"] = .string(layer.description) }
        if !layer.runtimes.isEmpty { members["CompatibleRuntimes"] = .list(layer.runtimes.map { .string($0) }) }
        if !layer.architectures.isEmpty {
            members["CompatibleArchitectures"] = .list(layer.architectures.map { .string($0) })
        }
        if let license = layer.license { members["LicenseInfo"] = .string(license) }
        let path = "\(Self.layers)/\(PercentEncoding.encode(layer.name))/versions"
        return try LayerVersionDetails(
            send(LambdaCall("POST", path, body: .structure(members), isRepeatable: false)))
    }

    /// Whether a version has a policy, which lets other accounts use it.
    func isShared(_ version: LayerVersionSummary) throws -> Bool {
        let path = "\(Self.layers)/\(PercentEncoding.encode(version.name))/versions/\(version.number)/policy"
        return try absentAsNil { try send(LambdaCall("GET", path)) } != nil
    }

    /// Deletes a version. Functions that use it keep it.
    public func deleteLayerVersion(_ version: LayerVersionSummary) throws {
        _ = try send(
            LambdaCall("DELETE", "\(Self.layers)/\(PercentEncoding.encode(version.name))/versions/\(version.number)"))
    }
}

/// What `PublishLayerVersion` is asked.
public struct LayerPublication: Sendable {
    /// The layer's name.
    public let name: String
    /// The zip.
    public let content: PackageContent
    /// What people read.
    public var description = ""
    /// The runtimes that it is for; empty for no statement.
    public var runtimes: [String] = []
    /// The architectures that it is for; empty for no statement.
    public var architectures: [String] = []
    /// Its licence: an SPDX identifier, a URL or a text.
    public var license: String?

    /// Describes a version.
    public init(name: String, content: PackageContent) {
        (self.name, self.content) = (name, content)
    }
}

/// A layer version as lists have it.
public struct LayerVersionSummary: Hashable, Sendable {
    /// Its ARN.
    public let arn: String
    /// The layer's name.
    public let name: String
    /// The number.
    public let number: Int
    /// When it was published, as the API tells it: `2026-01-31T09:30:00.000+0000`.
    public let created: String
    /// What people read.
    public let description: String
    /// The runtimes that it says that it is for.
    public let runtimes: [String]
    /// The architectures that it says that it is for.
    public let architectures: [String]

    /// Reads a version of an answer; `nil` where it lacks ARN or number.
    init?(_ value: AWSValue, name: String? = nil) {
        guard let arn = value.string("LayerVersionArn"), let number = value.integer("Version") else { return nil }
        self.arn = arn
        self.number = number
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        self.name = name ?? (parts.count == 8 ? String(parts[6]) : arn)
        created = value.string("CreatedDate") ?? ""
        description = value.string("Description") ?? ""
        runtimes = value.strings("CompatibleRuntimes")
        architectures = value.strings("CompatibleArchitectures")
    }
}

/// A layer version as itself.
public struct LayerVersionDetails: Sendable {
    /// What lists have too.
    public let summary: LayerVersionSummary
    /// The layer's ARN, without a version.
    public let layerARN: String
    /// SHA-256 of the zip in base64.
    public let codeSHA256: String
    /// Bytes of the zip.
    public let codeSize: Int
    /// A URL from which the zip can be downloaded for some minutes; `nil` where the answer has none.
    public let location: String?
    /// The licence.
    public let license: String?

    init(_ answer: AWSValue) throws {
        guard let summary = LayerVersionSummary(answer), let content = answer["Content"] else {
            throw UnexpectedAnswer("a layer version without ARN or content")
        }
        self.summary = summary
        layerARN = answer.string("LayerArn") ?? ""
        codeSHA256 = content.string("CodeSha256") ?? ""
        codeSize = content.integer("CodeSize") ?? 0
        location = content.string("Location")
        license = answer.string("LicenseInfo")
    }
}

/// An answer that the API's documentation does not have.
public struct UnexpectedAnswer: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was answered.
    public let description: String

    init(_ what: String) { description = "The server answered with \(what)." }
}
