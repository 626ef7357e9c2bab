internal import ServiceKit

/// The rules of tags, with Lambda's messages. The model checks lengths and characters.
///
/// Source: "Using tags on Lambda functions", Lambda developer guide.
enum TagRules {
    /// The highest number of tags of a resource.
    static let limit = 50

    /// Refuses tags with reserved keys, and too many tags.
    static func check(_ tags: [String: String]) throws(ServiceError) {
        guard tags.count <= limit else { throw .invalidParameter("Number of tags exceeds resource tag limit.") }
        guard !tags.keys.contains(where: ResourceTags.isReserved) else {
            throw .invalidParameter("aws: prefixed tag key names are not allowed for external use.")
        }
    }
}
