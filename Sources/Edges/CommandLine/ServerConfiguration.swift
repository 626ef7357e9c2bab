public import AWSClient
public import Domain
public import FunctionExecution
public import Scheduler

/// What `strata start` was asked for: read and checked, nothing opened or bound yet.
public struct ServerConfiguration: Sendable, Hashable {
    /// How a function reaches the network.
    public enum FunctionNetwork: String, Sendable, Hashable, CaseIterable {
        /// Nothing but this server.
        case isolated
        /// The host's own network, as any process has it.
        case host
    }

    /// A host to bind: an IPv4 address in numbers, of the loopback network where requests need not be signed.
    public var host: String
    /// A TCP port; 0 lets the kernel choose a free one.
    public var port: UInt16
    /// Whether requests have to be signed.
    public var requiresSignatures: Bool
    /// The absolute path of the folder that keeps everything. May not exist yet.
    public var dataFolder: String
    /// The account of callers whose access key is not an account id itself.
    public var account: AccountID
    /// The region of requests that are not signed.
    public var region: Region
    /// The interpreters that functions may use, one for each runtime: what `--runtime` named, else what this host has.
    public var runtimes: [LocatedRuntime]
    /// The network of functions.
    public var functionNetwork: FunctionNetwork
    /// What the scheduler keeps within.
    public var limits: SchedulerLimits
    /// How often the host's memory is promised to environments.
    public var overcommit: Double
    /// From an error of a function to the first retry of an asynchronous invocation, in seconds.
    public var retryDelaySeconds: Double
    /// The S3 that packages are read from; `nil` for none.
    public var s3: ServiceSettings?
    /// The services that take records and dead letters of asynchronous invocations.
    public var messageServices: [MessageService: ServiceSettings]
    /// The version of this program, for `GET /_strata/health`.
    public var version: String
}
