/// An installed Python package, from its `METADATA` ("Core metadata specifications", packaging.python.org).
public struct PythonPackage: Hashable, Sendable {
    /// The name, normalized: `python-dateutil` for `python_dateutil`.
    public let name: String
    /// The version as it is written.
    public let version: String
    /// The normalized names of the packages that it needs wherever it runs, and in all of its forms.
    public let requirements: [String]
    /// The normalized names of those that it needs on some systems or Pythons, but not only for an extra.
    public let conditionalRequirements: [String]

    /// Describes a package.
    public init(
        name: String, version: String, requirements: [String] = [], conditionalRequirements: [String] = []
    ) {
        (self.name, self.version) = (name, version)
        (self.requirements, self.conditionalRequirements) = (requirements, conditionalRequirements)
    }

    /// Reads a `METADATA` file; `nil` without a name and a version.
    public init?(metadata: [UInt8]) {
        var (name, version, requirements, conditional) = ("", "", [String](), [String]())
        // Split as bytes: CR and LF are one Character.
        for bytes in metadata.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let line = String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
            // The description follows.
            if line.isEmpty { break }
            if line.hasPrefix("Name: ") { name = Self.normalized(line.dropFirst("Name: ".count)) }
            if line.hasPrefix("Version: ") { version = String(line.dropFirst("Version: ".count)) }
            // A condition may be that of another system, Python or of an extra, which was not asked for.
            guard line.hasPrefix("Requires-Dist: ") else { continue }
            let marker = line.split(separator: ";", maxSplits: 1).dropFirst().first ?? ""
            if marker.contains("extra") { continue }
            let needed = line.dropFirst("Requires-Dist: ".count)
                .prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
            if line.contains(";") {
                conditional.append(Self.normalized(needed))
            } else {
                requirements.append(Self.normalized(needed))
            }
        }
        guard !name.isEmpty, !version.isEmpty else { return nil }
        self.init(
            name: name, version: version, requirements: requirements, conditionalRequirements: conditional)
    }

    /// A name as indexes compare it (PEP 503): in lower case, with one hyphen for each run of `-`, `_` and `.`.
    public static func normalized(_ name: some StringProtocol) -> String {
        name.lowercased().split { "-_.".contains($0) }.joined(separator: "-")
    }
}
