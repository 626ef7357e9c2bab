package import Domain
internal import Glibc
package import LayerStore
internal import Scheduler
package import Telemetry

/// One revision of one version of a function, ready to be run: a snapshot that never changes.
package final class FunctionRevision: Sendable {
    /// The function.
    package let function: FunctionID
    /// The version.
    package let version: FunctionVersion
    /// Counts up with every change of the function while the server runs; tells older environments from newer ones.
    package let number: UInt64
    /// The runtime, such as `python3.12`.
    package let runtime: RuntimeIdentifier
    /// The ARN of the role that the function acts in.
    package let role: String
    /// The handler, such as `app.handler`.
    package let handler: String
    /// The architecture that the code is for.
    package let architecture: Architecture
    /// Memory in MB (2²⁰ bytes).
    package let memoryMebibytes: Int
    /// The size of `/tmp` in MB (2²⁰ bytes).
    package let temporaryStorageMebibytes: Int
    /// The time-out in seconds.
    package let timeoutSeconds: Int
    /// The function's own environment variables.
    package let environment: [String: String]
    /// What chains of invocations know the function by.
    package let lineageHash: String
    /// Whether a chain of invocations may come back to the function as often as it likes.
    package let allowsRecursion: Bool
    /// The format of the function's own log lines; the runtime writes them.
    package let logFormat: LogFormat
    /// The packages of code and layers: the collector leaves them alone while the snapshot lives.
    package let packages: [StoredPackage]
    /// The host's folder with the unpacked code.
    package let codeTree: String
    /// The host's folders with the unpacked layers, in the order in which they are attached.
    package let layerTrees: [String]
    /// The names of the external extensions that the layers bring.
    package let extensions: [String]
    /// The program of the runtime, as the environment has it: the function's own bootstrap for a runtime without one.
    /// `nil` where neither code nor layers have any.
    package let entrypoint: String?
    /// Counts the invocations of the function.
    package let meter: FunctionMeter

    /// Takes a snapshot.
    package init(
        function: FunctionID, version: FunctionVersion, number: UInt64, runtime: RuntimeIdentifier, role: String,
        handler: String, architecture: Architecture, memoryMebibytes: Int, temporaryStorageMebibytes: Int,
        timeoutSeconds: Int, environment: [String: String], allowsRecursion: Bool, logFormat: LogFormat,
        packages: [StoredPackage], codeTree: String, layerTrees: [String], meter: FunctionMeter
    ) {
        self.function = function
        self.version = version
        self.number = number
        self.runtime = runtime
        self.role = role
        self.handler = handler
        self.architecture = architecture
        self.memoryMebibytes = memoryMebibytes
        self.temporaryStorageMebibytes = temporaryStorageMebibytes
        self.timeoutSeconds = timeoutSeconds
        self.environment = environment
        self.allowsRecursion = allowsRecursion
        lineageHash = Lineage.hash(of: function)
        self.logFormat = logFormat
        self.packages = packages
        self.codeTree = codeTree
        self.layerTrees = layerTrees
        self.meter = meter
        extensions = ExtensionPrograms.names(in: layerTrees)
        entrypoint = Self.entrypoint(of: runtime, codeTree: codeTree, layerTrees: layerTrees)
    }

    /// `/var/task/bootstrap` wins over `/opt/bootstrap` ("Building a custom runtime for Lambda"), and a folder of that
    /// name is none. Of several layers the last one with something by that name counts.
    private static func entrypoint(
        of runtime: RuntimeIdentifier, codeTree: String, layerTrees: [String]
    ) -> String? {
        guard case .provided = runtime.family else { return "/var/runtime/bootstrap" }
        if isFile("\(codeTree)/bootstrap") == true { return "/var/task/bootstrap" }
        return layerTrees.compactMap { isFile("\($0)/bootstrap") }.last == true ? "/opt/bootstrap" : nil
    }

    /// `nil` where there is nothing by that name. Links lead somewhere inside of the environment.
    private static func isFile(_ path: String) -> Bool? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT != S_IFDIR
    }

    /// What the scheduler knows this version by.
    package var key: FunctionKey { FunctionKey(function: function, version: version) }
}

/// How a function's own log lines look.
package enum LogFormat: Hashable, Sendable {
    /// Lines of text.
    case text
    /// JSON documents, of this level and above; and those of the platform, of a level of their own.
    case json(level: String, system: SystemLogLevel)
}

/// A version of a function: what environments are kept for.
package struct FunctionKey: ScheduledVersion {
    /// The function.
    package let function: FunctionID
    /// The version.
    package let version: FunctionVersion

    /// Names a version.
    package init(function: FunctionID, version: FunctionVersion) {
        self.function = function
        self.version = version
    }

    /// The account that its limits belong to.
    package var account: AccountKey { AccountKey(account: function.account, region: function.region) }
    /// The account that shares the host with others.
    package var owner: AccountID { function.account }
}

/// An account in a region: what limits on concurrency are kept for.
package struct AccountKey: Hashable, Sendable {
    /// The account.
    package let account: AccountID
    /// The region.
    package let region: Region

    /// Names an account in a region.
    package init(account: AccountID, region: Region) {
        self.account = account
        self.region = region
    }
}
