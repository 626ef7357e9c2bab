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
    /// Invocations at once of one account in one region.
    package var accountConcurrency: Int
    /// Environments at once on this host.
    package var environments: Int
    /// From an error of a function to the first retry of an asynchronous invocation, in seconds.
    package var retryDelaySeconds: Double

    /// Collects the options.
    package init(
        dataFolder: String, initExecutable: String, interpreters: [RuntimeIdentifier: Interpreter],
        gatewayPort: UInt16, usesHostNetwork: Bool = false, accountConcurrency: Int = 1000, environments: Int = 1000,
        retryDelaySeconds: Double = 60
    ) {
        self.dataFolder = dataFolder
        self.initExecutable = initExecutable
        self.interpreters = interpreters
        self.gatewayPort = gatewayPort
        self.usesHostNetwork = usesHostNetwork
        self.accountConcurrency = accountConcurrency
        self.environments = environments
        self.retryDelaySeconds = retryDelaySeconds
    }
}
