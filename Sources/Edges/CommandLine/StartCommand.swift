internal import AWSClient
internal import Domain
internal import FunctionExecution

/// `strata start`: reads and checks its options, and hands them to the server.
struct StartCommand: Sendable {
    /// Runs the server until it is told to stop; returns the exit code.
    let run: @Sendable (ServerConfiguration) throws -> Int32
    /// Finds interpreters, by the environment's variables.
    let locator: @Sendable ([String: String]) -> RuntimeLocator

    init(
        locator: @escaping @Sendable ([String: String]) -> RuntimeLocator = { RuntimeLocator(environment: $0) },
        run: @escaping @Sendable (ServerConfiguration) throws -> Int32
    ) {
        self.locator = locator
        self.run = run
    }

    static let port = Option("port", "NUMBER", .defaulted("4566"), help: "The port to listen on; 0 for a free one.") {
        (text) throws(ValueError) -> UInt16 in
        guard let port = UInt16(text) else { throw ValueError(expectation: "a number from 0 to 65535") }
        return port
    }
    static let host = Option(
        "host", "ADDRESS", .defaulted("127.0.0.1"),
        help: "The IPv4 address to listen on; one that others reach, such as 0.0.0.0, needs --auth.")
    static let auth = Flag(
        "auth", help: "Let in only requests that are signed with a key of 'strata credentials create'.")
    static let dataFolderText = "${XDG_DATA_HOME:-~/.local/share}/strata"
    static let data = Option(
        "data", "FOLDER", .optional(otherwise: dataFolderText),
        help: "The folder that keeps functions, layers and logs. One server at a time.")
    static let account = Option(
        "account", "ID", .defaulted("000000000000"), help: "The account of callers whose access key names none."
    ) { (text) throws(ValueError) -> AccountID in
        guard let account = AccountID(text) else { throw ValueError(expectation: "12 digits") }
        return account
    }
    static let runtime = Option(
        "runtime", "NAME=PATH", .repeated, help: "Use this interpreter, or this prefix, for a runtime."
    ) { (text) throws(ValueError) -> (RuntimeIdentifier, String) in
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let name = RuntimeIdentifier(parts[0]) else {
            throw ValueError(expectation: "a runtime and a path, such as python3.12=/opt/python/bin/python3.12")
        }
        return (name, String(parts[1]))
    }
    static let functionNetwork = Option(
        "function-network", "MODE", .defaulted(ServerConfiguration.FunctionNetwork.isolated.rawValue),
        help: "What functions reach: 'isolated' is this server and nothing else; 'host' is all that this host reaches."
    ) { (text) throws(ValueError) -> ServerConfiguration.FunctionNetwork in
        guard let mode = ServerConfiguration.FunctionNetwork(rawValue: text) else {
            throw ValueError(expectation: "'isolated' or 'host'")
        }
        return mode
    }
    static let retryDelay = Option(
        "retry-delay", "SECONDS", .defaulted("60"),
        help: "From a failure of an asynchronous invocation to its first retry; to the second it is twice that."
    ) { (text) throws(ValueError) -> Double in
        guard let seconds = Double(text), (0...900).contains(seconds) else {
            throw ValueError(expectation: "a number of seconds from 0 to 900")
        }
        return seconds
    }
    static let s3Endpoint = Option(
        "s3-endpoint", "URL", .optional(otherwise: "$AWS_ENDPOINT_URL_S3"),
        help: "The S3 that S3Bucket and S3Key of packages are read from, such as http://127.0.0.1:9000."
    ) { (text) throws(ValueError) -> EndpointURL in
        guard let url = EndpointURL(text) else { throw ValueError(expectation: "an http or https URL") }
        return url
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
                Speaks AWS's Lambda API. Point any client at it:
                  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_DEFAULT_REGION=us-east-1
                  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
                  aws lambda list-functions
                Without --auth any access key is taken, and one of 12 digits names its account. With it every request
                has to be signed; a key may do everything in its account.
                Of IAM and STS it speaks what roles and managed policies need. They are stored and answered, but
                not enforced yet: that a policy of a role allows or denies something has no effect. Trust policies
                count for services and other accounts.

                Packages in S3 are read with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN of the
                server's own environment; without them, with the caller's account as the key and 'test' as the
                secret, which local emulators of S3 take. In the same way records and dead letters of asynchronous
                invocations go to AWS_ENDPOINT_URL_SQS, _SNS, _EVENTBRIDGE and _S3. AWS_CA_BUNDLE names a file of
                authorities to trust.
                """,
            options: [
                Self.port.description, Self.host.description, Self.auth.description, Self.data.description,
                Self.account.description,
                Self.runtime.description, Self.functionNetwork.description, Self.retryDelay.description,
                Self.s3Endpoint.description,
            ] + Self.limitOptions,
            run: { [self] arguments, console in try run(options(arguments, console.environment)) })
    }

    /// Reads the options; whatever is wrong with them is a `UsageError`.
    private func options(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> ServerConfiguration {
        ServerConfiguration(
            host: try Self.address(arguments),
            port: try arguments.value(of: Self.port),
            requiresSignatures: arguments[Self.auth],
            dataFolder: try Self.dataFolder(arguments, environment),
            account: try arguments.value(of: Self.account), region: Self.defaultRegion,
            runtimes: try runtimes(arguments, environment),
            functionNetwork: try arguments.value(of: Self.functionNetwork),
            limits: try Self.limits(arguments),
            overcommit: try arguments.value(of: Self.overcommit),
            retryDelaySeconds: try arguments.value(of: Self.retryDelay),
            s3: try Self.s3(arguments, environment),
            messageServices: try Self.messageServices(arguments, environment),
            version: StrataVersion.current)
    }

    /// `AWS_ENDPOINT_URL` does not count: that is where clients find this server itself.
    private static func s3(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> ServiceSettings? {
        if let endpoint = try arguments.optionalValue(of: s3Endpoint) {
            return ServiceSettings(endpoint: endpoint, environment: environment)
        }
        return try service(.s3, arguments, environment)
    }

    private static func messageServices(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> [MessageService: ServiceSettings] {
        var services: [MessageService: ServiceSettings] = [:]
        for kind in MessageService.allCases { services[kind] = try service(kind, arguments, environment) }
        services[.s3] = try s3(arguments, environment)
        return services
    }

    /// A service whose endpoint the environment names.
    private static func service(
        _ service: MessageService, _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> ServiceSettings? {
        let variable = service.endpointVariable
        guard let text = environment[variable], !text.isEmpty else { return nil }
        guard let endpoint = EndpointURL(text) else {
            throw arguments.refusal("\(variable) is no http or https URL: '\(text)'")
        }
        return ServiceSettings(endpoint: endpoint, environment: environment)
    }

    private func runtimes(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> [LocatedRuntime] {
        let locator = locator(environment)
        var overrides: [LocatedRuntime] = []
        for (runtime, path) in try arguments.values(of: Self.runtime) {
            do throws(RuntimeOverrideError) {
                overrides.append(try locator.override(runtime, path: HostPath.absolute(path)))
            } catch {
                throw arguments.refusal(error.description)
            }
        }
        return locator.locate(overrides: overrides)
    }

    /// Anyone who reaches the port may run code here, so without authentication it stays on this machine.
    private static func address(_ arguments: Arguments) throws(UsageError) -> String {
        let text = try arguments.value(of: host)
        if text == "localhost" { return "127.0.0.1" }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, !parts.contains(nil) else {
            throw arguments.refusal("--host takes an IPv4 address such as 127.0.0.1, not '\(text)'")
        }
        guard parts[0] == 127 || arguments[auth] else {
            throw arguments.refusal("--host \(text) would let others in: that needs --auth")
        }
        return text
    }

    /// The folder of `--data`, or the one that stands in for it.
    static func dataFolder(
        _ arguments: Arguments, _ environment: [String: String]
    ) throws(UsageError) -> String {
        if let folder = try arguments.optionalValue(of: data) {
            guard !folder.isEmpty else { throw arguments.refusal("--data takes a folder, not ''") }
            return HostPath.absolute(folder)
        }
        // The XDG base directory specification: a relative path in the variable counts as unset.
        if let base = environment["XDG_DATA_HOME"], base.hasPrefix("/") { return base + "/strata" }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw arguments.refusal("--data FOLDER is needed, because HOME is not set")
        }
        return home + "/.local/share/strata"
    }
}
