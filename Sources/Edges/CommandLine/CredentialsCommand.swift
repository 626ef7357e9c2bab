internal import AWSProtocol
internal import Domain
internal import ServiceKit

/// `strata credentials create|list|delete`: the access keys that a server with `--auth` accepts; and
/// `strata credentials foreign`: those that it calls other servers with.
struct CredentialsCommand: Sendable {
    /// Opens the rows of a server.
    let storage: StorageOpener

    /// The declaration, for the parser and the help.
    var command: Command {
        Command(
            name: "credentials", summary: "Manage access keys for servers with --auth, and keys for other servers.",
            subcommands: [create, list, delete, ForeignCredentialsCommand(storage: storage).command])
    }

    static let data = Option(
        "data", "FOLDER", .optional(otherwise: StartCommand.dataFolderText), from: .variable,
        help: "The server's data folder. The server may be running: changes take effect at once.")
    static let database = Option(
        "database", "URL", .defaulted("sqlite"), from: .variable,
        help: "The server's database, as for 'strata start'.", read: StartCommand.databaseLocation)
    static let account = Option(
        "account", "ID", .defaulted("000000000000"), help: "The key's account.", read: accountID)
    static let name = Option("name", "TEXT", .defaulted(""), help: "A label for 'credentials list'.")
    static let service = Option(
        "service", "NAME", .optional(),
        help: "Create a key of this service principal, such as s3.amazonaws.com, for the broker of its events."
    ) { (text) throws(ValueError) -> String in
        guard CredentialRegistry.isService(text) else {
            throw ValueError(expectation: "a service principal such as s3.amazonaws.com")
        }
        return text
    }
    static let json = Flag("json", help: "Print JSON.")

    /// Reads an account's number.
    static let accountID: @Sendable (String) throws(ValueError) -> AccountID = { (text) throws(ValueError) in
        guard let account = AccountID(text) else { throw ValueError(expectation: "12 digits") }
        return account
    }

    private var create: Command {
        Command(
            name: "create",
            summary: "Create an access key and print it with its secret.",
            details: "The secret is printed once. A key has full access to its account.",
            options: [
                Self.account.description, Self.name.description, Self.service.description, Self.data.description,
                Self.database.description, Self.json.description,
            ],
            run: { arguments, console in
                let owner = try arguments.value(of: Self.account)
                let label = try arguments.value(of: Self.name)
                let principal = try arguments.optionalValue(of: Self.service)
                let (entry, secret) = try Self.registry(arguments, console, storage)
                    .create(account: owner, name: label, service: principal)
                if arguments[Self.json] {
                    console.print(json: Self.document(entry, secret: secret))
                } else {
                    console.print("export AWS_ACCESS_KEY_ID=\(entry.accessKeyID) AWS_SECRET_ACCESS_KEY=\(secret)")
                    console.report("The secret is not shown again: store it now.")
                }
                return 0
            })
    }

    private var list: Command {
        Command(
            name: "list",
            summary: "List access keys, without their secrets.",
            options: [Self.data.description, Self.database.description, Self.json.description],
            run: { arguments, console in
                let entries = try Self.registry(arguments, console, storage).list()
                if arguments[Self.json] {
                    console.print(json: .list(entries.map { Self.document($0, secret: nil) }))
                } else {
                    for entry in entries { console.print(Self.line(entry)) }
                }
                return 0
            })
    }

    private var delete: Command {
        Command(
            name: "delete",
            summary: "Delete an access key; the server refuses it from the next request on.",
            options: [Self.data.description, Self.database.description],
            operand: "ACCESSKEYID",
            run: { arguments, console in
                try Self.registry(arguments, console, storage).delete(arguments.operands[0])
                return 0
            })
    }

    /// The registry that the options name.
    static func registry(
        _ arguments: Arguments, _ console: Console, _ storage: @escaping StorageOpener
    ) throws -> CredentialRegistry {
        try CredentialRegistry(
            dataFolder: StartCommand.dataFolder(arguments, console.environment),
            database: arguments.value(of: database), storage: storage)
    }

    private static func line(_ entry: CredentialRegistry.Entry) -> String {
        let created = Timestamp(secondsSinceEpoch: Double(entry.createdSeconds)).formatted(.iso8601)
        let words = [entry.accessKeyID, entry.account.description, created, entry.service ?? "", entry.name]
        return words.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private static func document(_ entry: CredentialRegistry.Entry, secret: String?) -> AWSValue {
        .structure([
            "accessKeyId": .string(entry.accessKeyID),
            "secretAccessKey": secret.map { .string($0) } ?? .null,
            "account": .string(entry.account.description),
            "name": .string(entry.name),
            "service": entry.service.map { .string($0) } ?? .null,
            "created": .string(Timestamp(secondsSinceEpoch: Double(entry.createdSeconds)).formatted(.iso8601)),
        ])
    }
}
