/// A code signing configuration's ARN:
/// `arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdef0`.
public struct CodeSigningConfigARN: Hashable, Sendable, CustomStringConvertible {
    /// The account that owns the configuration.
    public let account: AccountID
    /// The region it is in.
    public let region: Region
    /// Its id there: `csc-` and 17 letters and digits.
    public let id: String

    /// Names a configuration.
    public init(account: AccountID, region: Region, id: String) {
        self.account = account
        self.region = region
        self.id = id
    }

    /// Parses a full ARN; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard let arn = LambdaARN(text), arn.resource.count == 2, arn.resource[0] == "code-signing-config",
            arn.resource[1].hasPrefix("csc-")
        else { return nil }
        self.init(account: arn.account, region: arn.region, id: String(arn.resource[1]))
    }

    /// The ARN as text.
    public var description: String { LambdaARN.format(region, account, "code-signing-config:\(id)") }
}
