public import AWSClient
public import Domain
public import FunctionExecution
public import Packaging
public import Scheduler
public import ServiceKit
public import SignatureV4

/// The configuration of a server, read and checked; nothing is opened or bound yet. `strata start` fills it from its
/// options, the variables `STRATA_*`, the file of `--config`, and defaults, in this order of precedence.
public struct ServerConfiguration: Sendable, Hashable {
    /// What functions reach.
    public enum FunctionNetwork: String, Sendable, Hashable, CaseIterable {
        /// This server only.
        case isolated
        /// What any process of the host reaches.
        case host
    }

    /// Whose processes functions are where the server is not root's.
    public enum FunctionUsers: String, Sendable, Hashable, CaseIterable {
        /// Each environment has a subordinate user, where the server's user has any.
        case subordinate
        /// All are the server's own user.
        case own
    }

    /// What becomes of system calls that functions do not need.
    public enum SystemCalls: String, Sendable, Hashable, CaseIterable {
        /// They fail.
        case enforce
        /// They are performed and named in the function's log.
        case log
    }

    // The server

    /// The IPv4 address to listen on; a loopback address unless requests must be signed. Default: 127.0.0.1.
    public var host: String
    /// The TCP port to listen on; 0 for a free one. Default: 4566.
    public var port: UInt16
    /// Whether requests must be signed. Default: no.
    public var requiresSignatures: Bool
    /// The absolute path of the data folder, which may not exist yet. Default: `$XDG_DATA_HOME/strata`.
    public var dataFolder: String
    /// Where the rows are. Default: in the data folder.
    public var database: DatabaseLocation
    /// Whether the data folder is a temporary one that goes with the server; ``dataFolder`` is then the folder that it
    /// is made in. Default: no.
    public var isEphemeral: Bool
    /// Whether clients may have the server forget everything. Default: no.
    public var allowsReset: Bool
    /// The account of callers whose access key does not name one. Default: 000000000000.
    public var account: AccountID
    /// The region of requests that are not signed: us-east-1.
    public var region: Region

    // Functions

    /// The interpreter of each runtime: what the configuration names, else what this host has.
    public var runtimes: [LocatedRuntime]
    /// The network of functions. Default: isolated.
    public var functionNetwork: FunctionNetwork
    /// Whose processes functions are where the server is not root's. Default: subordinate users.
    public var functionUsers: FunctionUsers
    /// What becomes of system calls that functions do not need. Default: they fail.
    public var systemCalls: SystemCalls
    /// How much of the host's processors functions may use. Default: as on Lambda.
    public var cpuShare: CPUShare
    /// AWS's SDK in runtimes, and where it is installed.
    public var sdk: SDKSettings
    /// Whether functions for another architecture run on this host's interpreters. Default: false.
    public var ignoresArchitecture: Bool
    /// The delay before the first retry of a failed asynchronous invocation, in seconds. Default: 60.
    public var retryDelaySeconds: Double
    /// How long an update of a function is reported as in progress, in seconds. Default: 0.2.
    public var updateDelaySeconds: Double
    /// The scheduler's limits, without the host's memory. Defaults: those of ``SchedulerLimits``.
    public var limits: SchedulerLimits
    /// The memory overcommit factor: total `MemorySize` of environments over host memory. Default: 4.
    public var overcommit: Double

    // Other services

    /// The S3 service that packages are read from; `nil` for none, the default.
    public var s3: ServiceSettings?
    /// The services that take records and dead letters of asynchronous invocations. Default: none.
    public var messageServices: [MessageService: ServiceSettings]

    /// The credentials in the server's environment, for calls to them as the account of requests that name none.
    public var foreignCredentials: SigningCredentials?

    // The log

    /// The least severe level that is logged. Default: warning.
    public var logLevel: LogLevel
    /// The format of log lines. Default: text.
    public var logFormat: LogLineFormat
    /// Whether every call is logged when it has been answered. Default: no.
    public var logsRequests: Bool

    /// The version of this program, for `GET /_strata/health`.
    public var version: String
}

/// How runtimes get AWS's SDK.
public struct SDKSettings: Sendable, Hashable {
    /// Which version. Default: the latest at its installation.
    public var version: SDKVersion
    /// The path of `uv`; `nil` to look for it.
    public var installer: String?
    /// The folder that the servers of one user share; `nil` for one in the data folder. Default:
    /// `$XDG_CACHE_HOME/strata`.
    public var cacheFolder: String?
    /// The variables for `uv`.
    public var environment: [String: String]
}
