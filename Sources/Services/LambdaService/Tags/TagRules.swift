internal import ServiceKit
/// Which tags a resource may have, with the service's sentences. Lengths and letters are the model's business.
///
/// Source: "Using tags on Lambda functions", Lambda developer guide.
enum TagRules {
    /// Tags of one resource.
    static let limit = 50

    /// Refuses tags that a caller may not set, or more of them than a resource may have.
    static func check(_ tags: [String: String]) throws(ServiceError) {
        guard tags.count <= limit else { throw .invalidParameter("Number of tags exceeds resource tag limit.") }
        guard !tags.keys.contains(where: { $0.lowercased().hasPrefix("aws:") }) else {
            throw .invalidParameter("aws: prefixed tag key names are not allowed for external use.")
        }
    }
}
