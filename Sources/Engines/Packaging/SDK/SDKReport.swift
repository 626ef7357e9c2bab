/// What a cache of ``RuntimeFolders`` has, for `strata doctor`.
public struct SDKReport: Hashable, Sendable {
    /// The SDKs, by runtime.
    public let installed: [InstalledSDK]
    /// Why the last installation failed, by runtime.
    public let failures: [String: String]

    /// Describes a cache.
    public init(installed: [InstalledSDK], failures: [String: String]) {
        self.installed = installed
        self.failures = failures
    }

    /// Looks at a cache, which need not exist.
    ///
    /// - Parameters:
    ///   - package: the SDK: `boto3`.
    ///   - runtimes: the runtimes whose failures are wanted.
    public init(of package: String, in cache: String, runtimes: [String]) {
        let cache = SDKCache(existing: cache)
        installed = cache.installed(package: package)
        failures = Dictionary(runtimes.map { ($0, cache.failure(of: $0)) }) { first, _ in first }.compactMapValues(
            \.self)
    }
}

/// An SDK that is installed for a runtime.
public struct InstalledSDK: Hashable, Sendable {
    /// The runtime's name: `python3.12`.
    public let runtime: String
    /// What was asked for.
    public let wanted: SDKVersion
    /// The package: `boto3`.
    public let package: String
    /// Its version.
    public let version: String

    /// Describes an SDK.
    public init(runtime: String, wanted: SDKVersion, package: String, version: String) {
        self.runtime = runtime
        self.wanted = wanted
        self.package = package
        self.version = version
    }
}
