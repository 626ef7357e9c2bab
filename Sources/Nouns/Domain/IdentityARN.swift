/// The form of all IAM ARNs: `arn:aws:iam::OWNER:KIND/PATH/NAME`, without a region.
struct IdentityARN {
    /// The account, or `aws`.
    let owner: Substring
    /// Begins and ends with a slash.
    let path: String
    let name: String

    /// Parses an ARN of this kind, such as `role`; `nil` for anything else.
    init?(_ text: String, kind: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1] == "aws", parts[2] == "iam", parts[3].isEmpty,
            parts[5].hasPrefix(kind + "/")
        else { return nil }
        let resource = parts[5].dropFirst(kind.count)
        guard let slash = resource.lastIndex(of: "/"), slash != resource.index(before: resource.endIndex) else {
            return nil
        }
        owner = parts[4]
        path = String(resource[...slash])
        name = String(resource[resource.index(after: slash)...])
    }
}
