package import Domain
package import Scheduler

/// What a server is started with.
package struct PlatformOptions: Sendable {
    /// The folder that holds everything durable. Made where it does not exist.
    package var dataFolder: String
    /// The program that enters a sandbox, `strata-init`.
    package var initExecutable: String
    /// The interpreters, by runtime.
    package var interpreters: [RuntimeIdentifier: Interpreter]
    /// The gateway's port.
    package var gatewayPort: UInt16
    /// Whether functions share the host's network.
    package var usesHostNetwork: Bool
    /// Whether requests have to be signed.
    package var requiresSignatures: Bool
    /// What the scheduler keeps within. The memory is found out here.
    package var limits: SchedulerLimits
    /// How often the host's memory is promised to environments.
    package var overcommit: Double
    /// From an error of a function to the first retry of an asynchronous invocation, in seconds.
    package var retryDelaySeconds: Double
    /// Who takes messages for services that are not here.
    package var messageSender: any MessageSender
    /// Where packages come from that requests only name; `nil` for nowhere.
    package var packageSource: (any PackageSource)?

    /// Collects the options.
    package init(
        dataFolder: String, initExecutable: String, interpreters: [RuntimeIdentifier: Interpreter],
        gatewayPort: UInt16, usesHostNetwork: Bool = false, requiresSignatures: Bool = false,
        limits: SchedulerLimits = SchedulerLimits(), overcommit: Double = 4, retryDelaySeconds: Double = 60,
        packageSource: (any PackageSource)? = nil, messageSender: any MessageSender = NoMessageSender()
    ) {
        self.dataFolder = dataFolder
        self.initExecutable = initExecutable
        self.interpreters = interpreters
        self.gatewayPort = gatewayPort
        self.usesHostNetwork = usesHostNetwork
        self.requiresSignatures = requiresSignatures
        self.limits = limits
        self.overcommit = overcommit
        self.retryDelaySeconds = retryDelaySeconds
        self.packageSource = packageSource
        self.messageSender = messageSender
    }
}
