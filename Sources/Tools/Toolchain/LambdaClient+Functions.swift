public import AWSProtocol
internal import Digest

extension LambdaClient {
    private static let functions = "/2015-03-31/functions"

    private static func path(_ function: String, _ rest: String = "") -> String {
        "\(functions)/\(PercentEncoding.encode(function))\(rest)"
    }

    private static func qualified(_ qualifier: String?) -> [(name: String, value: String)] {
        qualifier.map { [(name: "Qualifier", value: $0)] } ?? []
    }

    /// `$LATEST` and all published versions of all functions.
    public func functionVersions() throws -> [FunctionVersionSummary] {
        try pages("Functions", at: "\(Self.functions)/", [(name: "FunctionVersion", value: "ALL")]).compactMap {
            FunctionVersionSummary($0)
        }
    }

    /// The aliases of a function.
    public func aliases(of function: String) throws -> [AliasSummary] {
        try pages("Aliases", at: Self.path(function, "/aliases")).compactMap { AliasSummary($0) }
    }

    /// An alias; `nil` where there is none of that name.
    public func alias(_ name: String, of function: String) throws -> AliasSummary? {
        try absentAsNil { AliasSummary(try send(LambdaCall("GET", Self.path(function, "/aliases/\(name)")))) } ?? nil
    }

    /// A version's settings; `nil` where there is no such function or version.
    public func configuration(of function: String, qualifier: String? = nil) throws -> AWSValue? {
        try absentAsNil {
            try send(LambdaCall("GET", Self.path(function, "/configuration"), query: Self.qualified(qualifier)))
        }
    }

    /// A function as itself: its settings, and where its code can be downloaded.
    public func function(_ function: String, qualifier: String? = nil) throws -> AWSValue {
        try send(LambdaCall("GET", Self.path(function), query: Self.qualified(qualifier)))
    }

    /// Creates a function.
    ///
    /// - Parameter settings: the members of CreateFunction, without the code.
    public func createFunction(_ settings: [String: AWSValue], code: PackageContent) throws -> AWSValue {
        let members = settings.merging(["Code": .structure(code.members)]) { setting, _ in setting }
        return try send(LambdaCall("POST", Self.functions, body: .structure(members), isRepeatable: false))
    }

    /// Deletes a function.
    func deleteFunction(_ function: String) throws {
        _ = try send(LambdaCall("DELETE", Self.path(function)))
    }

    /// Replaces a function's code.
    public func updateCode(
        of function: String, _ code: PackageContent, architecture: String? = nil
    ) throws -> AWSValue {
        var members = code.members
        if let architecture { members["Architectures"] = .list([.string(architecture)]) }
        let call = LambdaCall("PUT", Self.path(function, "/code"), body: .structure(members))
        return try retries.settled { try send(call) }
    }

    /// Waits until a function's last change has taken effect.
    ///
    /// - Returns: its settings.
    func settledConfiguration(of function: String) throws -> AWSValue {
        try retries.settled {
            guard let settings = try configuration(of: function) else {
                throw LambdaFault("The function \(function) is not there any more")
            }
            if settings.string("State") == "Failed" || settings.string("LastUpdateStatus") == "Failed" {
                let why =
                    settings.string("StateReason") ?? settings.string("LastUpdateStatusReason") ?? "no reason given"
                throw LambdaFault("The function \(function) failed: \(why)")
            }
            guard settings.string("State") != "Pending", settings.string("LastUpdateStatus") != "InProgress" else {
                throw LambdaRefusal.inProgress(function)
            }
            return settings
        }
    }

    /// Changes a function's settings.
    ///
    /// - Parameter settings: the members of UpdateFunctionConfiguration that change.
    public func updateConfiguration(of function: String, _ settings: [String: AWSValue]) throws -> AWSValue {
        let call = LambdaCall("PUT", Self.path(function, "/configuration"), body: .structure(settings))
        return try retries.settled { try send(call) }
    }

    /// Publishes a version of what `$LATEST` is, and returns its settings.
    public func publishVersion(of function: String, description: String) throws -> FunctionVersionSummary {
        let body: [String: AWSValue] = description.isEmpty ? [:] : ["Description": .string(description)]
        let call = LambdaCall("POST", Self.path(function, "/versions"), body: .structure(body))
        let answer = try retries.settled { try send(call) }
        guard let version = FunctionVersionSummary(answer) else { throw UnexpectedAnswer("a version without ARN") }
        return version
    }

    /// Points an alias to a version, and sends a share of its invocations to another one.
    ///
    /// - Parameters:
    ///   - share: the other version and its share, above 0 and below 1; `nil` for none.
    ///   - revision: the alias as it was seen: the change is refused where it is another one by now. `nil` for any.
    /// - Returns: the alias's revision.
    public func updateAlias(
        _ name: String, of function: String, version: String, share: (version: String, weight: Double)? = nil,
        revision: String?
    ) throws -> String? {
        let weights = share.map { [$0.version: AWSValue.double($0.weight)] } ?? [:]
        var body: [String: AWSValue] = [
            "FunctionVersion": .string(version),
            "RoutingConfig": .structure(["AdditionalVersionWeights": .structure(weights)]),
        ]
        if let revision { body["RevisionId"] = .string(revision) }
        return try send(LambdaCall("PUT", Self.path(function, "/aliases/\(name)"), body: .structure(body)))
            .string("RevisionId")
    }

    /// Invokes a version with an event, and waits for its answer.
    public func invoke(_ function: String, qualifier: String?, event: [UInt8]) throws -> InvocationAnswer {
        var call = LambdaCall(
            "POST", Self.path(function, "/invocations"), query: Self.qualified(qualifier), bytes: event,
            isRepeatable: false)
        call.headers = [(name: "X-Amz-Log-Type", value: "Tail")]
        return InvocationAnswer(try sendForAnswer(call))
    }
}

/// A version of a function as lists have it.
public struct FunctionVersionSummary: Hashable, Sendable {
    /// A layer of a version.
    public struct Layer: Hashable, Sendable {
        /// Its ARN, with the version's number.
        public let arn: String
        /// Bytes of its zip.
        public let codeSize: Int
    }

    /// Its ARN, with the version.
    public let arn: String
    /// The function's name.
    public let name: String
    /// `$LATEST` or a number.
    public let version: String
    /// The runtime; empty where it has none.
    public let runtime: String
    /// The architecture.
    public let architecture: String
    /// Its layers, in order.
    public let layers: [Layer]
    /// When it was changed or published, as the API tells it.
    public let modified: String

    /// Reads a version of an answer; `nil` where it lacks ARN, name or version.
    init?(_ value: AWSValue) {
        guard let arn = value.string("FunctionArn"), let name = value.string("FunctionName"),
            let version = value.string("Version")
        else { return nil }
        (self.arn, self.name, self.version) = (arn, name, version)
        runtime = value.string("Runtime") ?? ""
        architecture = value.strings("Architectures").first ?? "x86_64"
        layers = value.elements("Layers").compactMap { layer in
            layer.string("Arn").map { Layer(arn: $0, codeSize: layer.integer("CodeSize") ?? 0) }
        }
        modified = value.string("LastModified") ?? ""
    }
}

/// An alias.
public struct AliasSummary: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The version that it points to.
    public let version: String
    /// Other versions that get a share of its invocations, with their shares.
    public let weights: [String: Double]
    /// What changes with every change; `nil` where the server has none.
    public let revision: String?

    init?(_ value: AWSValue) {
        guard let name = value.string("Name"), let version = value.string("FunctionVersion") else { return nil }
        (self.name, self.version, revision) = (name, version, value.string("RevisionId"))
        let members = value["RoutingConfig"]?["AdditionalVersionWeights"]?.members ?? [:]
        weights = members.compactMapValues { if case .double(let weight) = $0 { weight } else { nil } }
    }

    /// All versions that its invocations may run.
    public var versions: [String] { [version] + weights.keys.sorted() }
}

/// The answer of an invocation.
public struct InvocationAnswer: Sendable {
    /// The response, or the error.
    public let payload: [UInt8]
    /// `Unhandled` or `Handled`; `nil` where the function succeeded.
    public let functionError: String?
    /// The version that ran.
    public let version: String
    /// The last 4 KB of its log.
    public let log: String

    init(_ answer: LambdaAnswer) {
        payload = answer.body
        functionError = answer.header("X-Amz-Function-Error")
        version = answer.header("X-Amz-Executed-Version") ?? ""
        log = String(decoding: answer.header("X-Amz-Log-Result").flatMap { Base64.decode($0) } ?? [], as: UTF8.self)
    }
}
