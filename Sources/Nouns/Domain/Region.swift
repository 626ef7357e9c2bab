/// The name of a region such as `eu-central-1`, also of one that AWS does not have (``isOfAWS``).
public struct Region: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as it appears in ARNs and signatures.
    public let description: String

    /// Takes up to 32 characters of `[a-z0-9-]` that start with a letter; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 32, text.utf8.first?.isASCIILowerCaseLetter == true else { return nil }
        let allowed = text.utf8.allSatisfy { $0.isASCIILowerCaseLetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
        guard allowed else { return nil }
        description = String(text)
    }

    /// Orders regions by name.
    public static func < (left: Region, right: Region) -> Bool { left.description < right.description }

    /// The partition that the region's ARNs name: `aws`, `aws-cn`, `aws-us-gov`, …
    ///
    /// Source: `partitions.json` in botocore, whose `regionRegex` tells the partitions apart by prefix.
    public var partition: String {
        Self.partitionsByPrefix.first { description.hasPrefix($0.prefix) }?.partition ?? "aws"
    }

    /// Whether the name has the shape that the API's patterns for function names demand of a region:
    /// `[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}`, or the longer first part of the European Sovereign Cloud.
    ///
    /// It distinguishes `us-east-1:name` from `name:qualifier`.
    var looksLikeAWS: Bool {
        var parts = description.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, first.count == 2 || first == "eusc" else { return false }
        guard let number = parts.popLast(), number.count == 1, number.utf8.allSatisfy(\.isASCIIDigit) else {
            return false
        }
        if parts.count == 3 { return parts[1] == "gov" || (parts[1].hasPrefix("iso") && parts[1].count <= 4) }
        return parts.count == 2 && !parts[1].isEmpty && parts[1].utf8.allSatisfy(\.isASCIILowerCaseLetter)
    }

    private static let partitionsByPrefix: [(prefix: String, partition: String)] = [
        ("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("us-iso-", "aws-iso"), ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"), ("us-isof-", "aws-iso-f"), ("eusc-", "aws-eusc"),
    ]
}
