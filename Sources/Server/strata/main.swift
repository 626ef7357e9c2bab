internal import CommandLine
internal import Domain
internal import Gateway
internal import Glibc
internal import Platform

exit(
    StrataCommand.main(Array(Swift.CommandLine.arguments.dropFirst())) { options in
        let server = try Server(ServerOptions(options))
        print("Strata \(options.version) is ready: \(server.url) (data folder: \(options.dataFolder))")
        fflush(nil)
        server.runUntilSignalled { line in
            let bytes = Array((line + "\n").utf8)
            write(STDERR_FILENO, bytes, bytes.count)
        }
        return 0
    })

extension ServerOptions {
    /// What the command line asked for.
    init(_ options: StartOptions) {
        guard let region = Region("us-east-1") else { preconditionFailure("us-east-1 is a region") }
        self.init(
            host: options.host, port: options.port,
            defaults: GatewayDefaults(account: options.account, region: region), version: options.version,
            requiresSignatures: options.requiresSignatures, dataFolder: options.dataFolder,
            interpreters: Dictionary(options.runtimes.map { ($0.runtime, Interpreter($0)) }) { first, _ in first },
            usesHostNetwork: options.functionNetwork == .host, limits: options.limits, overcommit: options.overcommit,
            retryDelaySeconds: options.retryDelaySeconds, s3: options.s3, messageServices: options.messageServices)
    }
}
