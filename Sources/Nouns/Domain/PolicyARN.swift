/// A managed policy's ARN: `arn:aws:iam::123456789012:policy/team/logs`, or of AWS's own
/// `arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole`.
///
/// Source: "IAM identifiers" in the IAM user guide.
public struct PolicyARN: Hashable, Sendable, CustomStringConvertible {
    /// The account that has the policy; `nil` for AWS itself.
    public let account: AccountID?
    /// The path; begins and ends with a slash.
    public let path: String
    /// The name, unique in the account independently of the path.
    public let name: String

    /// Names a policy.
    public init(account: AccountID?, path: String, name: String) {
        self.account = account
        self.path = path
        self.name = name
    }

    /// Parses an ARN; `nil` for anything else.
    public init?(_ text: String) {
        guard let arn = IdentityARN(text, kind: "policy") else { return nil }
        let account = AccountID(arn.owner)
        guard account != nil || arn.owner == "aws" else { return nil }
        self.init(account: account, path: arn.path, name: arn.name)
    }

    /// The ARN as text.
    public var description: String { "arn:aws:iam::\(account?.description ?? "aws"):policy\(path)\(name)" }
}
