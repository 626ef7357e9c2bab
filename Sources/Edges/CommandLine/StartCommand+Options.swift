internal import AWSClient
internal import Domain
internal import FunctionExecution
internal import Packaging
internal import ServiceKit

// The options of `strata start` but for its limits: each names its variable and its key in the configuration file.
extension StartCommand {
    static let host = Option(
        "host", "ADDRESS", .defaulted("127.0.0.1"), from: .file("server.host"),
        help: "The IPv4 address to listen on. One that other machines reach, such as 0.0.0.0, requires --auth."
    ) { (text) throws(ValueError) -> String in
        if text == "localhost" { return "127.0.0.1" }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4, !parts.contains(nil) else {
            throw ValueError(expectation: "an IPv4 address such as 127.0.0.1")
        }
        return text
    }
    static let port = Option(
        "port", "NUMBER", .defaulted("4566"), kind: .integer, from: .file("server.port"),
        help: "The port to listen on; 0 for a free one."
    ) { (text) throws(ValueError) -> UInt16 in
        guard let port = UInt16(text) else { throw ValueError(expectation: "a number from 0 to 65535") }
        return port
    }
    static let auth = Flag(
        "auth", from: .file("server.auth"),
        help: "Accept only requests that are signed with a key of 'strata credentials create'.")
    static let dataFolderText = "${XDG_DATA_HOME:-~/.local/share}/strata"
    static let data = Option(
        "data", "FOLDER", .optional(otherwise: dataFolderText), from: .file("server.data"),
        help: "The folder of functions, layers and logs. One server at a time."
    ) { (text) throws(ValueError) -> String in
        guard !text.isEmpty else { throw ValueError(expectation: "a folder") }
        return text
    }
    static let database = Option(
        "database", "URL", .defaulted("sqlite"), from: .file("server.database"),
        help: "Where rows are kept: 'sqlite', in the data folder, or a PostgreSQL database such as "
            + "postgres://USER@HOST/NAME. Packages and logs stay in the data folder.", read: databaseLocation)
    @Sendable static func databaseLocation(_ text: String) throws(ValueError) -> DatabaseLocation {
        guard let location = DatabaseLocation(text) else {
            throw ValueError(expectation: "'sqlite' or a URL such as postgres://USER@HOST/NAME", isSecret: true)
        }
        return location
    }
    static let ephemeral = Flag(
        "ephemeral", from: .file("server.ephemeral"),
        help: "Keep nothing: the data folder is a temporary one, in $TMPDIR or /tmp, that goes with the server.")
    static let allowReset = Flag(
        "allow-reset", from: .file("server.allow-reset"),
        help: "Let POST /_strata/reset delete everything but access keys, as tests want it between two of them.")
    static let account = Option(
        "account", "ID", .defaulted("000000000000"), from: .file("server.account"),
        help: "The account of callers whose access key does not name one."
    ) { (text) throws(ValueError) -> AccountID in
        guard let account = AccountID(text) else { throw ValueError(expectation: "12 digits") }
        return account
    }
    static let runtime = Option(
        "runtime", "NAME=PATH", .repeated, from: .file("functions.runtimes"),
        help: "The interpreter of a runtime, or the prefix that it is installed in."
    ) { (text) throws(ValueError) -> (RuntimeIdentifier, String) in
        let parts = text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, let name = RuntimeIdentifier(parts[0]) else {
            throw ValueError(expectation: "a runtime and a path, such as python3.12=/opt/python/bin/python3.12")
        }
        return (name, String(parts[1]))
    }
    static let functionNetwork = Option<ServerConfiguration.FunctionNetwork>(
        oneOf: "function-network", "MODE", default: .isolated, from: .file("functions.network"),
        help: "The network of functions: 'isolated' reaches this server only, 'host' all that this host reaches.")
    static let functionUsers = Option<ServerConfiguration.FunctionUsers>(
        oneOf: "function-users", "MODE", default: .subordinate, from: .file("functions.users"),
        help: "The users of functions where the server is not root: 'subordinate' gives each environment one of "
            + "/etc/subuid, if there are any; 'own' is the user who starts the server.")
    static let systemCalls = Option<ServerConfiguration.SystemCalls>(
        oneOf: "seccomp", "MODE", default: .enforce, from: .file("functions.seccomp"),
        help: "System calls that functions do not need: 'enforce' refuses them; 'log' performs them and names them in "
            + "the function's log, for trusted functions only.")
    static let cpuShare = Option<CPUShare>(
        oneOf: "cpu-share", "SHARE", default: .lambda, from: .file("functions.cpu-share"),
        help:
            "The processors of functions: 'lambda' in proportion to their memory, one at 1,769 MB; 'full' all of them.")
    static let boto3Version = Option(
        "boto3-version", "VERSION", .defaulted("latest"), from: .file("functions.boto3-version"),
        help: "The boto3 of Python runtimes: 'latest' at its installation, a version such as 1.44.5, or 'none'."
    ) { (text) throws(ValueError) -> SDKVersion in
        guard let version = SDKVersion(text) else {
            throw ValueError(expectation: "'latest', 'none' or a version such as 1.44.5")
        }
        return version
    }
    static let installer = Option(
        "uv", "PATH", .optional(otherwise: "PATH, then .strata/venv/bin"), from: .file("functions.uv"),
        help: "The uv program, which installs boto3 at the first use of a Python runtime.")
    static let ignoreArchitecture = Flag(
        "ignore-architecture", from: .file("functions.ignore-architecture"),
        help: "Run functions for another architecture as if they were for this host's: for code without machine code.")
    static let retryDelay = Option(
        "retry-delay", "SECONDS", .defaulted("60"), kind: .number, from: .file("functions.retry-delay"),
        help: "The delay before the first retry of a failed asynchronous invocation; twice that before the second.",
        read: delaySeconds)
    static let updateDelay = Option(
        "update-delay", "SECONDS", .defaulted("0.2"), kind: .number, from: .file("functions.update-delay"),
        help: "How long an update of a function is reported as in progress, as on AWS, and refuses another one. "
            + "Invocations run the new code at once.", read: delaySeconds)
    @Sendable static func delaySeconds(_ text: String) throws(ValueError) -> Double {
        guard let seconds = Double(text), (0...900).contains(seconds) else {
            throw ValueError(expectation: "a number of seconds from 0 to 900")
        }
        return seconds
    }
    static let s3Endpoint = Option(
        "s3-endpoint", "URL", .optional(otherwise: "$AWS_ENDPOINT_URL_S3"), from: .file("endpoints.s3"),
        help: "The S3 service for S3Bucket and S3Key of packages, such as http://127.0.0.1:9000."
    ) { (text) throws(ValueError) -> EndpointURL in
        guard let url = EndpointURL(text) else { throw ValueError(expectation: "an http or https URL") }
        return url
    }
    static let logLevel = Option<LogLevel>(
        oneOf: "log-level", "LEVEL", default: .warning, from: .file("log.level"),
        help: "The least severe messages of the server's own log, on standard error: error, warning, info or debug.")
    static let logFormat = Option<LogLineFormat>(
        oneOf: "log-format", "FORMAT", default: .text, from: .file("log.format"),
        help: "The log's format: 'text' for people, 'json' for one object per line.")
    static let logRequests = Flag(
        "log-requests", from: .file("log.requests"),
        help: "Log every call and invocation when it has been answered: service, operation, status and time.")

    /// All options, in the order of the help.
    static var options: [OptionDescription] {
        [
            SettingSources.config.description, host.description, port.description, auth.description, data.description,
            database.description,
            ephemeral.description, allowReset.description, account.description, runtime.description,
            functionNetwork.description, functionUsers.description, systemCalls.description, cpuShare.description,
            boto3Version.description, installer.description,
            ignoreArchitecture.description, retryDelay.description, updateDelay.description, s3Endpoint.description,
            logLevel.description, logFormat.description, logRequests.description,
        ] + limitOptions
    }
}
