internal import AWSClient
internal import Domain
internal import FunctionExecution
internal import Packaging
internal import ServiceKit
internal import SignatureV4

/// `strata start`: reads and checks the configuration, and passes it to the server.
struct StartCommand: Sendable {
    /// Runs the server until it is stopped; returns the exit code.
    let run: @Sendable (ServerConfiguration) throws -> Int32
    /// Finds interpreters, given the environment's variables.
    let locator: @Sendable ([String: String]) -> RuntimeLocator

    init(
        locator: @escaping @Sendable ([String: String]) -> RuntimeLocator = { RuntimeLocator(environment: $0) },
        run: @escaping @Sendable (ServerConfiguration) throws -> Int32
    ) {
        self.locator = locator
        self.run = run
    }

    /// The region of requests that are not signed.
    private static let defaultRegion: Region = {
        guard let region = Region("us-east-1") else { preconditionFailure("us-east-1 is a region") }
        return region
    }()

    /// The declaration, for the parser and the help.
    var command: Command {
        Command(
            name: "start",
            summary: "Run the server until SIGTERM or Ctrl-C.",
            details: """
                Serves the APIs of AWS Lambda, IAM, STS and the Parameter Store. Point any client at it:
                  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_DEFAULT_REGION=us-east-1
                  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
                  aws lambda list-functions
                Without --auth any access key is accepted, and one of 12 digits names its account. With --auth
                every request must be signed; a key has full access to its account.
                Of IAM and STS, what roles and managed policies need is implemented. Policies of roles are stored
                and returned, but not enforced yet. Trust policies are enforced for services and other accounts.

                Packages in S3, and what AWS_ENDPOINT_URL_SQS, _SNS, _EVENTBRIDGE and _S3 receive, are read and
                sent as the account that asks for it: with its key of 'strata credentials foreign set'. The
                account of --account has AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the
                server's environment otherwise. All others sign with their number and the secret 'test', which
                emulators accept. AWS_CA_BUNDLE names a file of trusted certificate authorities.

                Every option can also be set by its variable, or by its key in a TOML file that --config names. The
                command line takes precedence over variables, variables over the file, the file over defaults. A
                variable separates the values of a repeated option by commas.
                """,
            options: Self.options,
            run: { [self] arguments, console in try run(configuration(arguments, console.environment)) })
    }

    /// The configuration that the options make; an invalid one is a `UsageError`.
    private func configuration(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> ServerConfiguration {
        let s3 = try Self.s3(arguments, environment)
        return ServerConfiguration(
            host: try Self.host(arguments),
            port: try arguments.value(of: Self.port),
            requiresSignatures: arguments[Self.auth],
            dataFolder: try Self.folder(arguments, environment), database: try Self.location(arguments),
            isEphemeral: arguments[Self.ephemeral], allowsReset: arguments[Self.allowReset],
            account: try arguments.value(of: Self.account), region: Self.defaultRegion,
            runtimes: try runtimes(arguments, environment),
            functionNetwork: try arguments.value(of: Self.functionNetwork),
            functionUsers: try arguments.value(of: Self.functionUsers),
            systemCalls: try arguments.value(of: Self.systemCalls),
            cpuShare: try arguments.value(of: Self.cpuShare),
            sdk: try Self.sdk(arguments, environment),
            ignoresArchitecture: arguments[Self.ignoreArchitecture],
            retryDelaySeconds: try arguments.value(of: Self.retryDelay),
            updateDelaySeconds: try arguments.value(of: Self.updateDelay),
            limits: try Self.limits(arguments),
            overcommit: try arguments.value(of: Self.overcommit),
            s3: s3,
            messageServices: try Self.messageServices(arguments, environment, s3: s3),
            foreignCredentials: SigningCredentials(environment: environment),
            logLevel: try arguments.value(of: Self.logLevel),
            logFormat: try arguments.value(of: Self.logFormat),
            logsRequests: arguments[Self.logRequests],
            version: StrataVersion.current)
    }

    /// The address to listen on. A client that reaches the port can run code, so other machines need signatures.
    private static func host(_ arguments: Arguments) throws(UsageError) -> String {
        let address = try arguments.value(of: host)
        guard address.hasPrefix("127.") || arguments[auth] else {
            let label = arguments.label(of: host.description)
            throw arguments.refusal("\(label) \(address) is reachable from other machines: that requires --auth")
        }
        return address
    }

    /// The data folder, or the folder for temporary files where that is a temporary one.
    private static func folder(_ arguments: Arguments, _ environment: [String: String]) throws(UsageError) -> String {
        guard arguments[ephemeral] else { return try dataFolder(arguments, environment) }
        if try arguments.optionalValue(of: data) != nil {
            let (label, other) = (arguments.label(of: data.description), arguments.label(of: ephemeral.description))
            throw arguments.refusal("\(label) and \(other) exclude each other: an ephemeral server keeps nothing")
        }
        let folder = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
        return folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    }

    /// The database. What is kept elsewhere does not go with an ephemeral server.
    private static func location(_ arguments: Arguments) throws(UsageError) -> DatabaseLocation {
        let location = try arguments.value(of: database)
        if arguments[ephemeral], location != .dataFolder {
            let (label, other) = (arguments.label(of: database.description), arguments.label(of: ephemeral.description))
            throw arguments.refusal("\(label) and \(other) exclude each other: an ephemeral server keeps nothing")
        }
        return location
    }

    /// The folder of `--data`, or its default.
    static func dataFolder(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> String {
        if let folder = try arguments.optionalValue(of: data) {
            return arguments.absolutePath(folder, of: data.description)
        }
        // The XDG base directory specification: a relative path in the variable counts as unset.
        if let base = environment["XDG_DATA_HOME"], base.hasPrefix("/") { return base + "/strata" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw arguments.refusal("--data FOLDER is needed, because HOME is not set")
        }
        return home + "/.local/share/strata"
    }

    private func runtimes(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> [LocatedRuntime] {
        let locator = locator(environment)
        var overrides: [LocatedRuntime] = []
        for (runtime, path) in try arguments.values(of: Self.runtime) {
            do throws(RuntimeOverrideError) {
                let path = arguments.absolutePath(path, of: Self.runtime.description)
                overrides.append(try locator.override(runtime, path: path))
            } catch {
                let label = arguments.label(of: Self.runtime.description)
                throw arguments.refusal(error.description.replacing("--runtime", with: label, maxReplacements: 1))
            }
        }
        return locator.locate(overrides: overrides)
    }

    private static func sdk(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> SDKSettings {
        SDKSettings(
            version: try arguments.value(of: boto3Version),
            installer: try arguments.optionalValue(of: installer).map {
                arguments.absolutePath($0, of: installer.description)
            },
            cacheFolder: cacheFolder(environment),
            // Those of this server are not for uv, nor what would have it use another interpreter.
            environment: environment.filter { name, _ in
                !["AWS_", "STRATA_", "PYTHON", "VIRTUAL_ENV"].contains { name.hasPrefix($0) }
            })
    }

    /// The folder that the servers of one user share; `nil` where there is no home folder.
    static func cacheFolder(_ environment: [String: String]) -> String? {
        // The XDG base directory specification: a relative path in the variable counts as unset.
        if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return base + "/strata" }
        return environment["HOME"].flatMap { $0.hasPrefix("/") ? "\($0)/.cache/strata" : nil }
    }

    /// The S3 service of packages. `AWS_ENDPOINT_URL` does not count: that is where clients find this server itself.
    private static func s3(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> ServiceSettings? {
        if let endpoint = try arguments.optionalValue(of: s3Endpoint) {
            return ServiceSettings(endpoint: endpoint, environment: environment)
        }
        return try service(.s3, arguments, environment)
    }

    private static func messageServices(
        _ arguments: Arguments, _ environment: [String: String], s3: ServiceSettings?
    ) throws(UsageError) -> [MessageService: ServiceSettings] {
        var services: [MessageService: ServiceSettings] = [:]
        for kind in MessageService.allCases where kind != .s3 {
            services[kind] = try service(kind, arguments, environment)
        }
        services[.s3] = s3
        return services
    }

    /// A service whose endpoint the environment names.
    private static func service(
        _ service: MessageService, _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> ServiceSettings? {
        let variable = service.endpointVariable
        guard let text = environment[variable], !text.isEmpty else { return nil }
        guard let endpoint = EndpointURL(text) else {
            throw arguments.refusal("\(variable) takes an http or https URL, not '\(text)'")
        }
        return ServiceSettings(endpoint: endpoint, environment: environment)
    }
}
