internal import CommandLine
internal import Domain
internal import Gateway
internal import Glibc
internal import LinuxSystem
internal import Platform

exit(
    StrataCommand.main(Array(Swift.CommandLine.arguments.dropFirst())) { options in
        let server = try Server(try ServerOptions(options))
        print("Strata \(options.version) is ready: \(server.url) (data folder: \(options.dataFolder))")
        fflush(nil)
        server.runUntilSignalled()
        return 0
    })

extension ServerOptions {
    /// What the command line asked for, with the interpreters that this host has.
    init(_ options: StartOptions) throws {
        guard let region = Region("us-east-1") else { preconditionFailure("us-east-1 is a region") }
        self.init(
            host: options.host, port: options.port,
            defaults: GatewayDefaults(account: options.account, region: region), version: options.version,
            dataFolder: options.dataFolder, interpreters: try Self.interpreters(options),
            usesHostNetwork: options.functionNetwork == .host, accountConcurrency: options.concurrentExecutions)
    }

    private static func interpreters(_ options: StartOptions) throws -> [RuntimeIdentifier: Interpreter] {
        let locator = RuntimeLocator(environment: ProcessEnvironment.variables())
        var found = Dictionary(
            locator.locate().map { ($0.runtime, Interpreter($0)) }, uniquingKeysWith: { first, _ in first })
        for runtime in options.runtimes {
            found[runtime.runtime] = Interpreter(try locator.override(runtime.runtime, path: runtime.path))
        }
        return found
    }
}
