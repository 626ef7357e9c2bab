/// The parts that every ARN of the service shares: `arn:PARTITION:lambda:REGION:ACCOUNT:RESOURCE…`.
///
/// The partition must be the region's: an ARN with another one is invalid.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
struct LambdaARN {
    let region: Region
    let account: AccountID
    /// What follows the account, split at colons: `["layer", "numpy", "3"]`.
    let resource: [Substring]

    /// Parses an ARN of the service; `nil` for anything else.
    init?(_ text: some StringProtocol) {
        let parts = Substring(text).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 5, parts[0] == "arn", parts[2] == "lambda", let region = Region(parts[3]),
            parts[1] == region.partition, let account = AccountID(parts[4])
        else { return nil }
        self.region = region
        self.account = account
        resource = Array(parts[5...])
    }

    /// Writes an ARN of the service.
    static func format(_ region: Region, _ account: AccountID, _ resource: String) -> String {
        "arn:\(region.partition):lambda:\(region):\(account):\(resource)"
    }
}
