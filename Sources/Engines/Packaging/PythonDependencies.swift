internal import LinuxSystem

/// Builds the zip of a layer, or the dependencies of a fat deployment package, from a requirements file.
///
/// The same wheels make the same bytes on any host. A requirements file that pins every version always means the same
/// wheels; otherwise they depend on the index's state.
public struct LayerBuilder: Sendable {
    /// The path of `uv`; see `UVLocator`.
    public let installer: String
    /// A pip requirements file.
    public let requirements: String
    /// The platform that the wheels must support.
    public let platform: PythonPlatform
    /// Variables for `uv`, such as `PATH`, `HOME` and its own `UV_…`.
    public let environment: [String: String]

    /// Describes a layer; does nothing yet.
    public init(installer: String, requirements: String, platform: PythonPlatform, environment: [String: String]) {
        self.installer = installer
        self.requirements = requirements
        self.platform = platform
        self.environment = environment
    }

    /// Installs and zips under `python/`, where Lambda's Python runtimes look
    /// (<https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html>). Atomic: `output` is
    /// complete afterwards, or as it was before; an interruption (Ctrl-C) throws `.interrupted`.
    ///
    /// - Parameter progress: Called with progress messages, one line each.
    public func build(
        output: String, progress: (String) -> Void
    ) throws(PackagingError) -> PackageReport {
        let hold = BlockedSignals()
        return try withDependencies(besides: output, hold: hold, progress: progress) { entries throws(PackagingError) in
            let placed = entries.map { $0.placed(under: "python/") }
            return try PackageWriter(output: output).write(placed, depth: 1, hold: hold)
        }
    }

    /// Installs into a folder beside `output`, passes its entries to `body`, and removes it.
    func withDependencies<Result>(
        besides output: String, hold: borrowing BlockedSignals, progress: (String) -> Void,
        _ body: ([PackageEntry]) throws(PackagingError) -> Result
    ) throws(PackagingError) -> Result {
        let folder = "\(output).building-\(ProcessID.current)"
        defer { Self.remove(folder) }
        let installation = UVInstallation(executable: installer, requirements: requirements, platform: platform)
        try installation.run(into: folder, environment: environment, hold: hold, progress: progress)
        return try body(InstalledPackages(folder: folder).entries())
    }

    /// Best effort: a folder that cannot be removed does no harm.
    private static func remove(_ folder: String) {
        let here = try? FileDescriptor.open(".", [.read, .directory])  // see above
        try? here?.removeTree(at: FilePath(folder))  // see above
    }
}
