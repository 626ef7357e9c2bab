/// An installed Python package, from its `METADATA` ("Core metadata specifications", packaging.python.org).
public struct PythonPackage: Hashable, Sendable {
    /// The name, normalized: `python-dateutil` for `python_dateutil`.
    public let name: String
    /// The version as it is written.
    public let version: String
    /// The normalized names of the packages that it needs wherever it runs, and in all of its forms.
    public let requirements: [String]

    /// Describes a package.
    public init(name: String, version: String, requirements: [String] = []) {
        (self.name, self.version, self.requirements) = (name, version, requirements)
    }

    /// Reads a `METADATA` file; `nil` without a name and a version.
    init?(metadata: [UInt8]) {
        var (name, version, requirements) = ("", "", [String]())
        // Split as bytes: CR and LF are one Character.
        for bytes in metadata.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
            // The description follows.
            if line.isEmpty { break }
            if line.hasPrefix("Name: ") { name = Self.normalized(line.dropFirst("Name: ".count)) }
            if line.hasPrefix("Version: ") { version = String(line.dropFirst("Version: ".count)) }
            // A condition may be that of another system, Python or of an extra, which was not asked for.
            guard line.hasPrefix("Requires-Dist: "), !line.contains(";") else { continue }
            let needed = line.dropFirst("Requires-Dist: ".count)
                .prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
            requirements.append(Self.normalized(needed))
        }
        guard !name.isEmpty, !version.isEmpty else { return nil }
        self.init(name: name, version: version, requirements: requirements)
    }

    /// A name as indexes compare it (PEP 503): in lower case, with one hyphen for each run of `-`, `_` and `.`.
    static func normalized(_ name: some StringProtocol) -> String {
        name.lowercased().split { "-_.".contains($0) }.joined(separator: "-")
    }
}
