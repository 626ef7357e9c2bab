/// The name of a resource of any service: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
///
/// Source: "Identify AWS resources with Amazon Resource Names (ARNs)", IAM user guide. Services have types of their own
/// for their resources, such as ``FunctionARN``; this one tells which service a name belongs to.
public struct ARN: Hashable, Sendable, CustomStringConvertible {
    /// The partition, such as `aws`.
    public let partition: String
    /// The service's namespace, such as `sqs`.
    public let service: String
    /// The region; empty for resources of no region.
    public let region: String
    /// The account, twelve digits; empty for resources whose names are global, such as S3 buckets.
    public let account: String
    /// The rest; may contain colons.
    public let resource: String

    /// Reads an ARN; `nil` for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", !parts[1].isEmpty, !parts[2].isEmpty, !parts[5].isEmpty else {
            return nil
        }
        partition = String(parts[1])
        service = String(parts[2])
        region = String(parts[3])
        account = String(parts[4])
        resource = String(parts[5])
    }

    /// The text.
    public var description: String { "arn:\(partition):\(service):\(region):\(account):\(resource)" }
}
