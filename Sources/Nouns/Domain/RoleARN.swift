/// A role's ARN: `arn:aws:iam::123456789012:role/service-role/resize`. Roles have no region.
///
/// Source: "IAM identifiers" in the IAM user guide.
public struct RoleARN: Hashable, Sendable, CustomStringConvertible {
    /// The account that has the role.
    public let account: AccountID
    /// The path; begins and ends with a slash.
    public let path: String
    /// The name, unique in the account independently of the path.
    public let name: String

    /// Names a role.
    public init(account: AccountID, path: String, name: String) {
        self.account = account
        self.path = path
        self.name = name
    }

    /// Parses an ARN; `nil` for anything else.
    public init?(_ text: String) {
        guard let arn = IdentityARN(text, kind: "role"), let account = AccountID(arn.owner) else { return nil }
        self.init(account: account, path: arn.path, name: arn.name)
    }

    /// The ARN as text.
    public var description: String { "arn:aws:iam::\(account):role\(path)\(name)" }

    /// The ARN of a session of this role, which leaves out the path.
    ///
    /// Source: "Assumed-role session principals" in the IAM user guide.
    public func session(_ name: String) -> String { "arn:aws:sts::\(account):assumed-role/\(self.name)/\(name)" }
}
