package import Domain

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
    /// Invocations at once of one account in one region.
    package var accountConcurrency: Int
    /// Environments at once on this host.
    package var environments: Int
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
        accountConcurrency: Int = 1000, environments: Int = 1000, retryDelaySeconds: Double = 60,
        packageSource: (any PackageSource)? = nil, messageSender: any MessageSender = NoMessageSender()
    ) {
        self.dataFolder = dataFolder
        self.initExecutable = initExecutable
        self.interpreters = interpreters
        self.gatewayPort = gatewayPort
        self.usesHostNetwork = usesHostNetwork
        self.requiresSignatures = requiresSignatures
        self.accountConcurrency = accountConcurrency
        self.environments = environments
        self.retryDelaySeconds = retryDelaySeconds
        self.packageSource = packageSource
        self.messageSender = messageSender
    }
}
