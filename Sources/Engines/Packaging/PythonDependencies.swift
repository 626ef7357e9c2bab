internal import LinuxSystem

/// The Python packages of a deployment package, from a requirements file.
public struct PythonDependencies: Sendable {
    /// The path of `uv`; see `UVLocator`.
    public let installer: String
    /// A pip requirements file.
    public let requirements: String
    /// The platform that the wheels must support.
    public let platform: PythonPlatform
    /// Variables for `uv`, such as `PATH`, `HOME` and its own `UV_…`.
    public let environment: [String: String]

    /// Describes packages; does nothing yet.
    public init(installer: String, requirements: String, platform: PythonPlatform, environment: [String: String]) {
        self.installer = installer
        self.requirements = requirements
        self.platform = platform
        self.environment = environment
    }

    /// Installs into a folder beside `output`, passes its entries to `body`, and removes it.
    func withEntries<Result>(
        besides output: String, hold: borrowing BlockedSignals, progress: (String) -> Void,
        _ body: ([PackageEntry]) throws(PackagingError) -> Result
    ) throws(PackagingError) -> Result {
        let folder = "\(output).building-\(ProcessID.current)"
        defer { HostFile.remove(folder) }
        let installation = UVInstallation(executable: installer, requirements: requirements, platform: platform)
        try installation.run(into: folder, environment: environment, hold: hold, progress: progress)
        return try body(InstalledPackages(folder: folder).entries())
    }
}
