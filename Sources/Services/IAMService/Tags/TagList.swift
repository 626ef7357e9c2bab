internal import ServiceKit
internal import Domain
internal import IAMModel

/// The tags of a role or policy. Keys that differ only in case are the same key; the last spelling is kept.
///
/// Source: "Tags for IAM resources" in the IAM user guide.
struct TagList {
    private(set) var tags: [IAM.Tag]
    private let quota: String

    /// Takes the tags of a request. Their keys must differ.
    ///
    /// - Parameter quota: IAM's name for the limit, for the message.
    init(_ tags: [IAM.Tag], quota: String) throws(ServiceError) {
        guard Set(tags.map { $0.key.lowercased() }).count == tags.count else {
            throw ServiceError(
                .invalidInput, "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
        }
        guard !tags.contains(where: { ResourceTags.isReserved($0.key) }) else {
            throw ServiceError(.invalidInput, "aws: prefixed tag key names are not allowed for external use.")
        }
        self.tags = tags
        self.quota = quota
    }

    /// Merges these tags over others. The others keep their places.
    func over(_ others: [IAM.Tag]) throws(ServiceError) -> [IAM.Tag] {
        var result = others
        for tag in tags {
            if let index = result.firstIndex(where: { $0.key.lowercased() == tag.key.lowercased() }) {
                result[index] = tag
            } else {
                result.append(tag)
            }
        }
        guard result.count <= IdentityLimits.tags else { throw .quota(quota, IdentityLimits.tags) }
        return result
    }

    /// The tags without those that have one of the keys.
    static func removing(_ keys: [String], from tags: [IAM.Tag]?) -> [IAM.Tag] {
        let removed = Set(keys.map { $0.lowercased() })
        return (tags ?? []).filter { !removed.contains($0.key.lowercased()) }
    }
}
