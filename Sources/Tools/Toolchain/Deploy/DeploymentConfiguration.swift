internal import AWSProtocol
internal import Digest
public import Domain
internal import TOML

/// What `strata.toml` says of the functions and layers of a folder.
public struct DeploymentConfiguration: Sendable {
    /// A layer that is built and published.
    public struct Layer: Hashable, Sendable {
        /// Where its content comes from. Paths are relative to the folder.
        public enum Source: Hashable, Sendable {
            /// A list of packages, as `strata layer build` takes it.
            case input(String)
            /// A folder, packed as it is.
            case folder(String)
            /// A zip that something else makes.
            case zip(String)
        }

        /// The layer's name.
        public let name: String
        /// Its content.
        public var source: Source
        /// The runtime that it is for.
        public var runtime: RuntimeIdentifier
        /// The architecture that it is for.
        public var architecture: Architecture
        /// What people read.
        public var description = ""
    }

    /// A function.
    public struct Function: Sendable {
        /// The function's name.
        public let name: String
        /// The folder of its code, relative to the folder of the file.
        public var code = "."
        /// Patterns of what is packed though it is left out otherwise.
        public var include: [String] = []
        /// Its layers in order: names of layers in the file, or ARNs; `nil` where the file does not say.
        public var layers: [String]?
        /// Its environment's variables; `nil` where the file does not say.
        public var environment: [String: String]?
        /// Its other settings, by their names in CreateFunction.
        var settings: [String: AWSValue] = [:]
    }

    /// The layers by name.
    public private(set) var layers: [Layer] = []
    /// The functions by name.
    public private(set) var functions: [Function] = []

    /// The file's name.
    public static let fileName = "strata.toml"

    /// Reads the file.
    public init(_ bytes: [UInt8]) throws(DeploymentError) {
        let document: TOMLDocument
        do throws(TOMLError) {
            document = try TOMLDocument(bytes)
        } catch {
            throw DeploymentError(error.description)
        }
        var layerKeys: [String: [TOMLDocument.Entry]] = [:]
        var functions: [String: Function] = [:]
        for entry in document.entries {
            // The server's own settings may stand in the same file.
            guard let table = entry.path.first, table == "layer" || table == "function" else { continue }
            guard entry.path.count > 2 else {
                throw DeploymentError(
                    entry, "settings of a \(table) stand in a table with its name: [\(table).NAME]")
            }
            let name = entry.path[1]
            guard table == "layer" ? LayerName(name) != nil : FunctionName(name) != nil else {
                throw DeploymentError(entry, "'\(name)' is no name of a \(table): letters, digits, - and _")
            }
            if table == "layer" {
                layerKeys[name, default: []].append(entry)
            } else {
                try functions[name, default: Function(name: name)].take(entry)
            }
        }
        for header in document.headers where header.path.count > 1 {
            let name = header.path[1]
            switch header.path[0] {
            case "layer": layerKeys[name, default: []] += []
            case "function":
                guard FunctionName(name) != nil else {
                    throw DeploymentError("'\(name)' is no name of a function: letters, digits, - and _")
                }
                functions[name, default: Function(name: name)].note(header)
            default: continue
            }
        }
        self.functions = functions.values.sorted { $0.name < $1.name }
        for (name, entries) in layerKeys.sorted(by: { $0.key < $1.key }) {
            layers.append(try Self.layer(name, entries, usedBy: self.functions))
        }
        guard !functions.isEmpty || !layers.isEmpty else {
            throw DeploymentError("it has no [function.NAME] and no [layer.NAME]")
        }
        for function in self.functions { try check(function) }
    }

    private func check(_ function: Function) throws(DeploymentError) {
        for key in ["Runtime", "Handler"] where function.settings[key] == nil {
            throw DeploymentError("[function.\(function.name)] lacks '\(key.lowercased())'")
        }
        for layer in function.layers ?? []
        where !layer.hasPrefix("arn:") && !layers.contains(where: { $0.name == layer }) {
            throw DeploymentError(
                "[function.\(function.name)] has the layer '\(layer)', and there is no [layer.\(layer)]")
        }
    }

    private static func layer(
        _ name: String, _ entries: [TOMLDocument.Entry], usedBy functions: [Function]
    ) throws(DeploymentError) -> Layer {
        var sources: [Layer.Source] = []
        // What its functions run on, where it does not say otherwise.
        let user = functions.first { $0.layers?.contains(name) ?? false }
        var runtime = user?.settings["Runtime"]?.textValue.flatMap { RuntimeIdentifier($0) }
        var architecture = user?.architecture.flatMap { Architecture(rawValue: $0) } ?? .byDefault
        var description = ""
        for entry in entries {
            let value = try entry.text()
            switch entry.path.dropFirst(2).joined(separator: ".") {
            case "input": sources.append(.input(value))
            case "folder": sources.append(.folder(value))
            case "zip": sources.append(.zip(value))
            case "description": description = value
            case "runtime":
                runtime = RuntimeIdentifier(value)
                if runtime == nil { throw DeploymentError(entry, "'\(value)' is not a runtime such as python3.12") }
            case "architecture":
                guard let known = Architecture(rawValue: value) else {
                    throw DeploymentError(entry, "'\(value)' is neither x86_64 nor arm64")
                }
                architecture = known
            default: throw DeploymentError(unknown: entry, known: Self.layerKeys)
            }
        }
        guard sources.count == 1 else {
            throw DeploymentError("[layer.\(name)] takes one of 'input', 'folder' and 'zip'")
        }
        guard let runtime else {
            throw DeploymentError("[layer.\(name)] lacks 'runtime', and no function here uses it")
        }
        return Layer(
            name: name, source: sources[0], runtime: runtime, architecture: architecture, description: description)
    }

    private static let layerKeys = ["architecture", "description", "folder", "input", "runtime", "zip"]
}

extension DeploymentConfiguration.Function {
    /// The settings that one text or number is: by the key in the file, the name in the API.
    private static let texts = [
        "runtime": "Runtime", "handler": "Handler", "role": "Role", "description": "Description",
    ]
    private static let numbers = ["memory": "MemorySize", "timeout": "Timeout"]
    private static let others = ["architecture", "code", "environment", "ephemeral-storage", "include", "layers"]

    /// The architecture that it names; `nil` for the usual one.
    var architecture: String? {
        if case .list(let values)? = settings["Architectures"] { values.first?.textValue } else { nil }
    }

    /// Takes the header of a table: one of variables without any takes them away.
    fileprivate mutating func note(_ header: TOMLDocument.Header) {
        if header.path.count == 3, header.path[2] == "environment" { environment = environment ?? [:] }
    }

    /// Takes a key of its table.
    fileprivate mutating func take(_ entry: TOMLDocument.Entry) throws(DeploymentError) {
        let key = entry.path[2]
        if key == "environment", entry.path.count == 4 {
            environment = (environment ?? [:]).merging([entry.path[3]: try entry.text()]) { $1 }
            return
        }
        guard entry.path.count == 3 else { throw DeploymentError(unknown: entry, known: Self.knownKeys) }
        if let name = Self.texts[key] {
            settings[name] = .string(try entry.text())
        } else if let name = Self.numbers[key] {
            settings[name] = .integer(try entry.number())
        } else {
            switch key {
            case "architecture": settings["Architectures"] = .list([.string(try entry.text())])
            case "ephemeral-storage": settings["EphemeralStorage"] = .structure(["Size": .integer(try entry.number())])
            case "code": code = try entry.text()
            case "layers": layers = try entry.texts()
            case "include": include = try entry.texts()
            default: throw DeploymentError(unknown: entry, known: Self.knownKeys)
            }
        }
    }

    private static let knownKeys = (Array(texts.keys) + Array(numbers.keys) + others).sorted()
}

extension TOMLDocument.Entry {
    fileprivate func text() throws(DeploymentError) -> String {
        guard case .string(let text) = value else {
            throw DeploymentError(self, "takes a string, not \(value.typeName)")
        }
        return text
    }

    fileprivate func number() throws(DeploymentError) -> Int64 {
        guard case .integer(let number) = value else {
            throw DeploymentError(self, "takes an integer, not \(value.typeName)")
        }
        return number
    }

    fileprivate func texts() throws(DeploymentError) -> [String] {
        guard case .array(let values) = value else {
            throw DeploymentError(self, "takes an array of strings, not \(value.typeName)")
        }
        var texts: [String] = []
        for each in values {
            guard case .string(let text) = each else { throw DeploymentError(self, "takes an array of strings") }
            texts.append(text)
        }
        return texts
    }
}

extension AWSValue {
    /// A text; `nil` for anything else.
    var textValue: String? { if case .string(let text) = self { text } else { nil } }
}

/// Why a folder cannot be deployed.
public struct DeploymentError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, and what to do; without the file's path.
    public let description: String

    init(_ description: String) { self.description = description }

    fileprivate init(_ entry: TOMLDocument.Entry, _ message: String) {
        self.init("line \(entry.position.line): \(entry.path.joined(separator: ".")): \(message)")
    }

    fileprivate init(unknown entry: TOMLDocument.Entry, known: [String]) {
        self.init(entry, "there is no such setting; there are \(known.joined(separator: ", "))")
    }
}
