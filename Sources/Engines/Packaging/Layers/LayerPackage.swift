/// One package in a layer, for the lock file and the bill of materials.
public struct LayerPackage: Hashable, Sendable {
    /// Where packages of a kind are from, as package URLs name it (<https://github.com/package-url/purl-spec>).
    public enum Kind: String, Sendable {
        /// The Python Package Index.
        case pypi
        /// The registry of npm.
        case npm
        /// RubyGems.
        case gem
        /// A file without a registry.
        case generic
    }

    /// Where it is from.
    public let kind: Kind
    /// Its name, as its own metadata has it.
    public let name: String
    /// Its version; empty where it has none.
    public let version: String
    /// What identifies its content, with the algorithm: `sha256:…`. For a wheel, the digest of its `RECORD`, which has
    /// the digests of all its files; empty where the installer tells none.
    public let digest: String
    /// Its licence as its metadata has it; empty where it has none.
    public var license = ""
    /// The names of packages that it needs.
    public var dependencies: [String] = []

    /// The package URL, which identifies it: `pkg:pypi/numpy@2.3.1`.
    public var url: String {
        let name = kind == .pypi ? Self.normalized(name) : name
        let path = Self.encoded(name.hasPrefix("@") ? name.dropFirst().description : name)
        return "pkg:\(kind.rawValue)/\(name.hasPrefix("@") ? "%40" : "")\(path)"
            + (version.isEmpty ? "" : "@\(Self.encoded(version))")
    }

    /// A name of a Python package as it is compared.
    ///
    /// Source: <https://packaging.python.org/en/latest/specifications/name-normalization/>.
    static func normalized(_ name: some StringProtocol) -> String {
        let parts = name.lowercased().split { $0 == "-" || $0 == "_" || $0 == "." }
        return parts.joined(separator: "-")
    }

    /// Percent-encodes all but letters, digits and `.-_~/:`.
    private static func encoded(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            let scalar = UnicodeScalar(byte)
            let isPlain = scalar.isASCII && (Character(scalar).isLetter || Character(scalar).isNumber)
            if isPlain || ".-_~/:".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                let hexadecimal = String(byte, radix: 16, uppercase: true)
                result += "%" + (hexadecimal.count == 1 ? "0" : "") + hexadecimal
            }
        }
    }
}
