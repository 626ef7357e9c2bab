public import Domain
internal import LinuxSystem

/// What a layer is built from.
public enum LayerInput: Hashable, Sendable {
    /// A pip requirements file, or a `pylock.toml` (<https://peps.python.org/pep-0751/>).
    case requirements(String)
    /// A folder with a `pyproject.toml`; with a `uv.lock` beside it, the versions are those of the lock.
    case pythonProject(String)
    /// A folder with a `package.json` and its lock.
    case nodePackage(String)
    /// A `Gemfile`, with its lock beside it.
    case gemfile(String)
    /// A folder of jars.
    case jars(String)
    /// A folder that has the layout of a layer, packed as it is.
    case folder(String)

    /// Recognises a file by its name, and a folder by what is in it.
    ///
    /// - Parameter path: a file or folder of this host.
    public init(detecting path: String) throws(PackagingError) {
        let names = path.split(separator: "/")
        let parent = String(path.dropLast(names.last.map { $0.count + 1 } ?? 0))
        let folder = parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent
        guard let kind = HostFile.kind(of: path) else { throw .inputMissing(path) }
        if kind == .directory {
            self = try Self.detect(folder: Self.trimmed(path))
            return
        }
        switch names.last ?? "" {
        case "pyproject.toml", "uv.lock": self = .pythonProject(folder)
        case "package.json", "package-lock.json", "npm-shrinkwrap.json": self = .nodePackage(folder)
        case "Gemfile": self = .gemfile(path)
        case "Gemfile.lock": self = .gemfile("\(folder)/Gemfile")
        case let name where name.hasPrefix("pylock.") && name.hasSuffix(".toml"): self = .requirements(path)
        case let name where name.hasSuffix(".txt") || name.hasSuffix(".in"): self = .requirements(path)
        default: throw .unknownInput(path)
        }
    }

    /// A folder that is packed as it is.
    public init(folder path: String) throws(PackagingError) {
        guard HostFile.kind(of: path) == .directory else { throw .inputMissing(path) }
        self = .folder(Self.trimmed(path))
    }

    /// Without a slash at the end.
    private static func trimmed(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private static func detect(folder: String) throws(PackagingError) -> LayerInput {
        let names = try PackagingError.wrapping { () throws(SystemCallError) in
            Set(try FileDescriptor.open(FilePath(folder), [.read, .directory]).entryNames().map(\.description))
        }
        var found: [LayerInput] = []
        if names.contains("uv.lock") && names.contains("pyproject.toml") {
            found.append(.pythonProject(folder))
        } else if names.contains("pylock.toml") {
            found.append(.requirements("\(folder)/pylock.toml"))
        } else if names.contains("requirements.txt") {
            found.append(.requirements("\(folder)/requirements.txt"))
        } else if names.contains("pyproject.toml") {
            found.append(.pythonProject(folder))
        }
        if names.contains("package.json") { found.append(.nodePackage(folder)) }
        if names.contains("Gemfile") { found.append(.gemfile("\(folder)/Gemfile")) }
        if found.isEmpty, names.contains(where: { $0.hasSuffix(".jar") }) { found.append(.jars(folder)) }
        guard let input = found.first else { throw .unknownInput(folder) }
        guard found.count == 1 else { throw .ambiguousInput(folder, found.map(\.path)) }
        return input
    }

    /// The file or folder that is named in messages.
    public var path: String {
        switch self {
        case .requirements(let path), .gemfile(let path), .jars(let path), .folder(let path): path
        case .pythonProject(let folder): "\(folder)/pyproject.toml"
        case .nodePackage(let folder): "\(folder)/package.json"
        }
    }

    /// The runtime of a layer whose runtime was not named.
    public var defaultRuntime: String {
        switch self {
        case .requirements, .pythonProject: "python3.12"
        case .nodePackage: "nodejs22.x"
        case .gemfile: "ruby3.4"
        case .jars: "java21"
        case .folder: "provided.al2023"
        }
    }

    /// Whether Python packages are installed for it.
    public var isPython: Bool {
        switch self {
        case .requirements, .pythonProject: true
        case .nodePackage, .gemfile, .jars, .folder: false
        }
    }

    /// Whether a runtime finds what is installed for the input.
    public func suits(_ runtime: RuntimeIdentifier) -> Bool {
        switch (self, runtime.family) {
        case (.requirements, .python), (.pythonProject, .python), (.nodePackage, .nodejs), (.gemfile, .ruby),
            (.jars, .java), (.folder, _):
            true
        default: false
        }
    }

    /// The folder that the lock file is in: beside the input.
    var lockFolder: String {
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        return names.count == 1
            ? "." : names.count == 2 && names[0].isEmpty ? "/" : names.dropLast().joined(separator: "/")
    }
}
