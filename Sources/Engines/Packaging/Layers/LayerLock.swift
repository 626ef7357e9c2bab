internal import Digest
internal import LinuxSystem
internal import TOML

/// `strata.lock`, beside the input: what each layer was built from and what came of it, so that an unchanged input
/// builds nothing. The same layers make the same bytes; it belongs into version control.
struct LayerLock {
    /// The name of the file.
    static let fileName = "strata.lock"
    /// The version of the format.
    static let format = 1

    /// What is known of one layer.
    struct Layer: Equatable {
        var sha256 = ""
        var zippedBytes = 0
        var unzippedBytes = 0
        var fileCount = 0
        var runtimes: [String] = []
        var architecture = ""
        var options: [String] = []
        /// Digests of the input's files, by their paths from the lock file's folder.
        var inputs: [String: String] = [:]
        /// Digests of the packages, by their package URLs.
        var packages: [String: String] = [:]

        /// Whether a build of the other layer would make this one.
        func hasSameSource(as other: Layer) -> Bool {
            runtimes == other.runtimes && architecture == other.architecture && options == other.options
                && inputs == other.inputs
        }
    }

    /// The layers, by the names of their zips.
    var layers: [String: Layer] = [:]

    /// Reads the file in a folder; one that is not there, or cannot be read, has no layers: they are built again.
    init(folder: String) {
        let bytes = try? HostFile.readIfPresent("\(folder)/\(Self.fileName)")  // as it says above
        let document = try? TOMLDocument(bytes ?? [])  // as it says above
        self.init(entries: document?.entries ?? [])
    }

    private init(entries: [TOMLDocument.Entry]) {
        guard entries.contains(where: { $0.path == ["version"] && $0.value == .integer(Int64(Self.format)) }) else {
            return
        }
        for entry in entries where entry.path.first == "layers" && entry.path.count > 2 {
            Self.read(entry, into: &layers[entry.path[1], default: Layer()])
        }
    }

    private static func read(_ entry: TOMLDocument.Entry, into layer: inout Layer) {
        switch (entry.path[2], entry.path.count, entry.value) {
        case ("inputs", 4, .string(let text)): layer.inputs[entry.path[3]] = text
        case ("packages", 4, .string(let text)): layer.packages[entry.path[3]] = text
        case ("sha256", 3, .string(let text)): layer.sha256 = text
        case ("zipped-bytes", 3, .integer(let number)): layer.zippedBytes = Int(number)
        case ("unzipped-bytes", 3, .integer(let number)): layer.unzippedBytes = Int(number)
        case ("files", 3, .integer(let number)): layer.fileCount = Int(number)
        case ("architecture", 3, .string(let text)): layer.architecture = text
        case ("runtimes", 3, .array(let values)): layer.runtimes = texts(values)
        case ("options", 3, .array(let values)): layer.options = texts(values)
        default: break
        }
    }

    private static func texts(_ values: [TOMLValue]) -> [String] {
        values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    /// The file's text.
    var text: String {
        var lines = [
            "# Written by 'strata layer build': while a layer's inputs and options are these, it builds nothing.",
            "version = \(Self.format)",
        ]
        for (name, layer) in layers.sorted(by: { $0.key < $1.key }) {
            let head = "layers.\(Self.quoted(name))"
            lines += [
                "", "[\(head)]", "sha256 = \(Self.quoted(layer.sha256))", "zipped-bytes = \(layer.zippedBytes)",
                "unzipped-bytes = \(layer.unzippedBytes)", "files = \(layer.fileCount)",
                "runtimes = [\(layer.runtimes.map(Self.quoted).joined(separator: ", "))]",
                "architecture = \(Self.quoted(layer.architecture))",
                "options = [\(layer.options.map(Self.quoted).joined(separator: ", "))]",
            ]
            for (table, digests) in [("inputs", layer.inputs), ("packages", layer.packages)] where !digests.isEmpty {
                lines += ["", "[\(head).\(table)]"]
                lines += digests.sorted { $0.key < $1.key }.map { "\(Self.quoted($0)) = \(Self.quoted($1))" }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A basic string (<https://toml.io/en/v1.0.0#string>).
    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": return "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: return String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
