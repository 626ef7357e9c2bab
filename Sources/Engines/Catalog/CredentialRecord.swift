public import Domain
internal import Store

/// A long-term access key.
public struct CredentialRecord: Hashable, Sendable {
    /// The key's id: `AKIA…`.
    public let accessKeyID: String
    /// The secret that requests are signed with.
    public let secretAccessKey: String
    /// The account that it acts in.
    public let account: AccountID
    /// The owner's name for it; may be empty.
    public let name: String
    /// The AWS service that it acts as, such as `s3.amazonaws.com`; `nil` for an account's own key.
    public let service: String?
    /// When it was created, in seconds since 1970.
    public let createdSeconds: Int64

    /// Describes a key.
    public init(
        accessKeyID: String, secretAccessKey: String, account: AccountID, name: String, service: String?,
        createdSeconds: Int64
    ) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.account = account
        self.name = name
        self.service = service
        self.createdSeconds = createdSeconds
    }

    static let columns = "access_key, secret, account, name, service, created_seconds"

    init(_ row: borrowing Row) throws(StoreError) {
        guard let account = AccountID(row.text(2)) else { throw .damagedRow("account") }
        self.init(
            accessKeyID: row.text(0), secretAccessKey: row.text(1), account: account, name: row.text(3),
            service: row.isNull(4) ? nil : row.text(4), createdSeconds: Int64(row.integer(5)))
    }

    var values: [StoreValue] {
        [
            .text(accessKeyID), .text(secretAccessKey), .text(account.description), .text(name),
            service.map { .text($0) } ?? .null, .integer(Int(createdSeconds)),
        ]
    }
}
