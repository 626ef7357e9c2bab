internal import AWSClient
internal import AWSProtocol
internal import Domain
internal import ServiceKit
internal import SignatureV4

/// `strata credentials foreign set|list|delete`: the keys that the server calls other servers with, one for each
/// account.
struct ForeignCredentialsCommand: Sendable {
    /// Opens the rows of a server.
    let storage: StorageOpener

    /// The declaration, for the parser and the help.
    var command: Command {
        Command(
            name: "foreign",
            summary: "Set, list and delete the keys that accounts have on other servers.",
            details: """
                Packages in S3, and the records and dead letters of asynchronous invocations, are read and sent as
                the account that asks for it, never with the key of another one.
                """,
            subcommands: [set, list, delete])
    }

    private static let account = Option(
        "account", "ID", .required, help: "The account of this server.", read: CredentialsCommand.accountID)

    private var set: Command {
        Command(
            name: "set",
            summary: "Set an account's key for other servers.",
            details: """
                The key is that of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and, of a temporary one,
                AWS_SESSION_TOKEN. It takes the place of an earlier one; the next call is signed with it.
                """,
            options: [
                Self.account.description, CredentialsCommand.data.description,
                CredentialsCommand.database.description, CredentialsCommand.json.description,
            ],
            run: { arguments, console in
                guard let credentials = SigningCredentials(environment: console.environment) else {
                    throw arguments.refusal("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the account's key")
                }
                let account = try arguments.value(of: Self.account)
                let entry = try CredentialsCommand.registry(arguments, console, storage)
                    .setForeign(credentials, of: account)
                if arguments[CredentialsCommand.json] {
                    console.print(json: Self.document(entry))
                } else {
                    console.print("Account \(account) calls other servers with \(entry.accessKeyID).")
                }
                return 0
            })
    }

    private var list: Command {
        Command(
            name: "list",
            summary: "List the accounts' keys for other servers, without their secrets.",
            options: [
                CredentialsCommand.data.description, CredentialsCommand.database.description,
                CredentialsCommand.json.description,
            ],
            run: { arguments, console in
                let entries = try CredentialsCommand.registry(arguments, console, storage).listForeign()
                if arguments[CredentialsCommand.json] {
                    console.print(json: .list(entries.map(Self.document)))
                } else {
                    for entry in entries { console.print(Self.line(entry)) }
                }
                return 0
            })
    }

    private var delete: Command {
        Command(
            name: "delete",
            summary: "Delete an account's key for other servers.",
            options: [
                Self.account.description, CredentialsCommand.data.description,
                CredentialsCommand.database.description,
            ],
            run: { arguments, console in
                try CredentialsCommand.registry(arguments, console, storage)
                    .deleteForeign(of: arguments.value(of: Self.account))
                return 0
            })
    }

    private static func line(_ entry: CredentialRegistry.ForeignEntry) -> String {
        let words = [entry.account.description, entry.accessKeyID, time(entry), entry.isTemporary ? "temporary" : ""]
        return words.filter { !$0.isEmpty }.joined(separator: "  ")
    }

    private static func document(_ entry: CredentialRegistry.ForeignEntry) -> AWSValue {
        .structure([
            "account": .string(entry.account.description),
            "accessKeyId": .string(entry.accessKeyID),
            "temporary": .boolean(entry.isTemporary),
            "set": .string(time(entry)),
        ])
    }

    private static func time(_ entry: CredentialRegistry.ForeignEntry) -> String {
        Timestamp(secondsSinceEpoch: Double(entry.setSeconds)).formatted(.iso8601)
    }
}
