internal import AWSProtocol
internal import Digest
internal import Domain
internal import LinuxSystem
internal import Packaging

/// Brings the functions and layers of a folder to a server: builds, publishes and updates what changed, and only that.
///
/// It remembers what it brought there, so that in a loop an edit costs one call. What others change meanwhile is seen
/// when ``forget()`` was called, or by a new value.
public struct Deployment {
    /// What a deployment needs from outside.
    public struct Tools {
        /// Installs packages into a layer's zip, unless it has them: list of packages, layer, zip to write.
        public let build: (String, DeploymentConfiguration.Layer, String) throws -> Void
        /// The content of a call for a zip, which may have to be uploaded elsewhere.
        public let content: (_ zip: [UInt8], _ name: String) throws -> PackageContent
        /// The role of a new function that names none.
        public let role: () throws -> String
        /// Called with each step when it is done.
        public let report: (DeploymentStep) -> Void

        /// Collects them.
        public init(
            build: @escaping (String, DeploymentConfiguration.Layer, String) throws -> Void,
            content: @escaping ([UInt8], String) throws -> PackageContent, role: @escaping () throws -> String,
            report: @escaping (DeploymentStep) -> Void
        ) {
            (self.build, self.content, self.role, self.report) = (build, content, role, report)
        }
    }

    private let client: LambdaClient
    private let folder: String
    private let waitsForStates: Bool
    private let tools: Tools
    private var buildFolder = ""
    /// The layers' newest versions, by name.
    private var published: [String: Published] = [:]

    private struct Published {
        let digest: String
        let layer: LayerVersionSummary
    }

    /// The functions' settings as the server told them last, by name.
    private var known: [String: AWSValue] = [:]

    /// Describes a deployment.
    ///
    /// - Parameters:
    ///   - folder: the folder with the file; built zips are kept in `.strata/deploy` in it.
    ///   - waitsForStates: whether to wait until a change has taken effect, as it has to be on AWS. A Strata server
    ///     runs new code at once.
    public init(client: LambdaClient, folder: String, waitsForStates: Bool, tools: Tools) {
        (self.client, self.folder, self.waitsForStates, self.tools) = (client, folder, waitsForStates, tools)
    }

    /// Forgets what is on the server, so that it is asked again.
    public mutating func forget() {
        published = [:]
        known = [:]
    }

    /// Deploys everything that the file names, layers first.
    public mutating func run(_ configuration: DeploymentConfiguration) throws {
        buildFolder = try FolderPath.makeBuildFolder(in: folder)
        for layer in configuration.layers { try deploy(layer) }
        for function in configuration.functions { try deploy(function) }
    }

    private func finish(
        _ subject: DeploymentStep.Subject, _ name: String, _ action: DeploymentStep.Action, _ reason: String,
        since start: UInt64
    ) {
        let milliseconds = Int((MonotonicClock.nowNanoseconds() - start) / 1_000_000)
        tools.report(
            DeploymentStep(subject: subject, name: name, action: action, reason: reason, milliseconds: milliseconds))
    }
}

// Layers.
extension Deployment {
    private mutating func deploy(_ layer: DeploymentConfiguration.Layer) throws {
        let start = MonotonicClock.nowNanoseconds()
        let zip = try content(of: layer)
        let digest = SHA256Digest(hashing: zip)
        if published[layer.name] == nil, let newest = try client.versions(ofLayer: layer.name).first {
            published[layer.name] = Published(
                digest: try client.details(of: newest).codeSHA256, layer: newest)
        }
        if let newest = published[layer.name], newest.digest == digest.base64, newest.layer.isAs(layer) {
            let number = newest.layer.number
            return finish(.layer, layer.name, .unchanged, "version \(number) has this content", since: start)
        }
        let isNew = published[layer.name] == nil
        var publication = LayerPublication(
            name: layer.name, content: try tools.content(zip, "layers/\(digest.hex).zip"))
        publication.description = layer.description
        publication.runtimes = [layer.runtime.description]
        publication.architectures = [layer.architecture.rawValue]
        let version = try client.publish(publication)
        let hasContent = published[layer.name]?.digest == digest.base64
        published[layer.name] = Published(digest: digest.base64, layer: version.summary)
        let reason = isNew ? "it is new" : hasContent ? "what it is for changed" : "its content changed"
        finish(
            .layer, layer.name, .published,
            "version \(version.summary.number), \(ByteCount.text(zip.count)): \(reason)", since: start)
    }

    private func content(of layer: DeploymentConfiguration.Layer) throws -> [UInt8] {
        let zip = "\(buildFolder)/\(layer.name).zip"
        switch layer.source {
        case .zip(let path): return try WholeFile.content(path.below(folder))
        case .folder(let path):
            _ = try FunctionPackager(code: path.below(folder), including: ["*.zip"]).package(output: zip) { _ in }
        case .input(let path): try tools.build(path.below(folder), layer, zip)
        }
        return try WholeFile.content(zip)
    }
}

// Functions.
extension Deployment {
    private mutating func deploy(_ function: DeploymentConfiguration.Function) throws {
        let start = MonotonicClock.nowNanoseconds()
        let path = "\(buildFolder)/\(function.name).function.zip"
        _ = try FunctionPackager(code: function.code.below(folder), including: function.include)
            .package(output: path) { _ in }
        let zip = try WholeFile.content(path)
        let digest = SHA256Digest(hashing: zip)
        let settings = wantedSettings(of: function)
        if known[function.name] == nil { known[function.name] = try client.configuration(of: function.name) }
        guard let current = known[function.name] else {
            return try create(function, settings, zip, digest, since: start)
        }
        var isChanged = false
        let changes = settings.filter { key, value in key != "Architectures" && !Self.isSame(current[key], value, key) }
        if !changes.isEmpty {
            isChanged = true
            known[function.name] = try client.updateConfiguration(of: function.name, changes)
            finish(
                .function, function.name, .configurationUpdated,
                "\(changes.keys.sorted().joined(separator: ", ")) changed", since: start)
        }
        let architecture = function.architecture
        let isMoved = architecture.map { !current.strings("Architectures").contains($0) } ?? false
        if current.string("CodeSha256") != digest.base64 || isMoved {
            isChanged = true
            let content = try tools.content(zip, "functions/\(digest.hex).zip")
            known[function.name] = try client.updateCode(
                of: function.name, content, architecture: isMoved ? architecture : nil)
            let reason = isMoved ? "the architecture changed" : "it changed"
            finish(.function, function.name, .codeUpdated, "\(ByteCount.text(zip.count)): \(reason)", since: start)
        }
        if isChanged {
            try awaitState(of: function.name)
        } else {
            finish(.function, function.name, .unchanged, "code and settings are these already", since: start)
        }
    }

    private mutating func create(
        _ function: DeploymentConfiguration.Function, _ settings: [String: AWSValue], _ zip: [UInt8],
        _ digest: SHA256Digest, since start: UInt64
    ) throws {
        var members = settings
        members["FunctionName"] = .string(function.name)
        if members["Role"] == nil { members["Role"] = .string(try tools.role()) }
        let content = try tools.content(zip, "functions/\(digest.hex).zip")
        known[function.name] = try client.createFunction(members, code: content)
        try awaitState(of: function.name)
        finish(.function, function.name, .created, "\(ByteCount.text(zip.count)): it is new", since: start)
    }

    /// What the file wants, as members of the API. What it does not name stays as it is on the server.
    private func wantedSettings(of function: DeploymentConfiguration.Function) -> [String: AWSValue] {
        var settings = function.settings
        if let variables = function.environment {
            settings["Environment"] = .structure(["Variables": .structure(variables.mapValues { .string($0) })])
        }
        if let layers = function.layers {
            settings["Layers"] = .list(layers.map { .string(published[$0]?.layer.arn ?? $0) })
        }
        return settings
    }

    /// Whether a setting is as it is wanted. Answers have layers as structures, and leave out what is empty.
    static func isSame(_ current: AWSValue?, _ wanted: AWSValue, _ key: String) -> Bool {
        switch key {
        case "Layers":
            let arns = AWSValue.structure(["Layers": current ?? .list([])]).elements("Layers").map { $0.string("Arn") }
            return wanted == .list(arns.map { .string($0 ?? "") })
        case "Environment":
            let variables = current?["Variables"]?.members ?? [:]
            return (wanted["Variables"]?.members ?? [:]) == variables
        default: return current == wanted
        }
    }

    private mutating func awaitState(of function: String) throws {
        if waitsForStates { known[function] = try client.settledConfiguration(of: function) }
    }
}

extension LayerVersionSummary {
    /// Whether a version says of itself what a configuration wants; what it does not say is no difference.
    fileprivate func isAs(_ layer: DeploymentConfiguration.Layer) -> Bool {
        (runtimes.isEmpty || runtimes.contains(layer.runtime.description))
            && (architectures.isEmpty || architectures.contains(layer.architecture.rawValue))
            && description == layer.description
    }
}
