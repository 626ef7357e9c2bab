public import Domain
internal import Store

/// An account's access key for other servers: an emulator, an S3 of one's own, or AWS.
public struct ForeignCredentialRecord: Hashable, Sendable {
    /// The account of this server, on whose behalf calls are signed with the key.
    public let account: AccountID
    /// The key's id on the other server.
    public let accessKeyID: String
    /// The secret that calls are signed with.
    public let secretAccessKey: String
    /// The token of temporary credentials; `nil` for a long-term key.
    public let sessionToken: String?
    /// When it was set, in seconds since 1970.
    public let setSeconds: Int64

    /// Describes a key.
    public init(
        account: AccountID, accessKeyID: String, secretAccessKey: String, sessionToken: String?, setSeconds: Int64
    ) {
        self.account = account
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.setSeconds = setSeconds
    }

    static let columns = "account, access_key, secret, session_token, set_seconds"

    init(_ row: borrowing Row) throws(StoreError) {
        guard let account = AccountID(row.text(0)) else { throw .damagedRow("account") }
        self.init(
            account: account, accessKeyID: row.text(1), secretAccessKey: row.text(2),
            sessionToken: row.isNull(3) ? nil : row.text(3), setSeconds: Int64(row.integer(4)))
    }

    var values: [StoreValue] {
        [
            .text(account.description), .text(accessKeyID), .text(secretAccessKey),
            sessionToken.map { .text($0) } ?? .null, .integer(Int(setSeconds)),
        ]
    }
}
