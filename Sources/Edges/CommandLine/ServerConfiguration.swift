public import AWSClient
public import Domain
public import FunctionExecution
public import Scheduler
public import ServiceKit

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

    // The server

    /// The IPv4 address to listen on; a loopback address unless requests must be signed. Default: 127.0.0.1.
    public var host: String
    /// The TCP port to listen on; 0 for a free one. Default: 4566.
    public var port: UInt16
    /// Whether requests must be signed. Default: no.
    public var requiresSignatures: Bool
    /// The absolute path of the data folder, which may not exist yet. Default: `$XDG_DATA_HOME/strata`.
    public var dataFolder: String
    /// Whether the data folder is a temporary one that goes with the server; ``dataFolder`` is then the folder that it
    /// is made in. Default: no.
    public var isEphemeral: Bool
    /// The account of callers whose access key does not name one. Default: 000000000000.
    public var account: AccountID
    /// The region of requests that are not signed: us-east-1.
    public var region: Region

    // Functions

    /// The interpreter of each runtime: what the configuration names, else what this host has.
    public var runtimes: [LocatedRuntime]
    /// The network of functions. Default: isolated.
    public var functionNetwork: FunctionNetwork
    /// How much of the host's processors functions may use. Default: as on Lambda.
    public var cpuShare: CPUShare
    /// The delay before the first retry of a failed asynchronous invocation, in seconds. Default: 60.
    public var retryDelaySeconds: Double
    /// The scheduler's limits, without the host's memory. Defaults: those of ``SchedulerLimits``.
    public var limits: SchedulerLimits
    /// The memory overcommit factor: total `MemorySize` of environments over host memory. Default: 4.
    public var overcommit: Double

    // Other services

    /// The S3 service that packages are read from; `nil` for none, the default.
    public var s3: ServiceSettings?
    /// The services that take records and dead letters of asynchronous invocations. Default: none.
    public var messageServices: [MessageService: ServiceSettings]

    // The log

    /// The least severe level that is logged. Default: warning.
    public var logLevel: LogLevel
    /// The format of log lines. Default: text.
    public var logFormat: LogLineFormat

    /// The version of this program, for `GET /_strata/health`.
    public var version: String
}
