/// What a package manager has installed into a package: a wheel, an npm package, a jar.
public struct InstalledPackage: Hashable, Sendable {
    /// How a package is recognised.
    public enum Kind: String, Hashable, Sendable {
        /// By Python's metadata, `*.dist-info` or `*.egg-info`.
        case python
        /// By its folder in `node_modules`.
        case node
        /// A jar.
        case jar
        /// By the name of a folder, without metadata.
        case folder
    }

    /// How it is recognised.
    public let kind: Kind
    /// Its name, normalized for Python: `python-dateutil`, `@aws-sdk/client-s3`, `jackson-core`.
    public let name: String
    /// Its version; `nil` where nothing says it.
    public let version: String?
    /// The names of the packages that it may need, on some systems at least.
    public let requirements: [String]
    /// Its files, as places in ``PackageSource/files``, in order. Folders belong to no package.
    public internal(set) var files: [Int]

    /// Describes a package.
    public init(kind: Kind, name: String, version: String?, requirements: [String] = [], files: [Int] = []) {
        (self.kind, self.name, self.version) = (kind, name, version)
        (self.requirements, self.files) = (requirements, files)
    }

    /// `boto3 1.40.1`.
    public var label: String { version.map { "\(name) \($0)" } ?? name }
}
