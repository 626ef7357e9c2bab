internal import AWSProtocol
internal import SSMModel
internal import ServiceKit

/// The filters of a listing, checked.
///
/// Source: *ParameterStringFilter* in the Systems Manager API reference.
struct ParameterFilters: Sendable {
    /// The listing that they are for.
    enum Listing {
        case path
        case description
    }

    private struct Filter: Sendable {
        let key: String
        let option: String
        let values: [String]
    }

    private let filters: [Filter]

    init(_ requested: [SSM.ParameterStringFilter], for listing: Listing) throws(ServiceError) {
        var filters: [Filter] = []
        for filter in requested {
            guard
                Self.keys(of: listing).contains(filter.key) || (listing == .description && filter.key.hasPrefix("tag:"))
            else {
                throw ServiceError(
                    .invalidFilterKey,
                    "The following filter key is not valid: \(filter.key). Valid filter keys include: "
                        + "[\(Self.keys(of: listing).joined(separator: ", "))]")
            }
            guard !filters.contains(where: { $0.key == filter.key }) else {
                throw ServiceError(
                    .validation, "The following filters are duplicated in the request: \(filter.key).")
            }
            let option = filter.option ?? (filter.key == "Path" ? "OneLevel" : "Equals")
            guard Self.options(of: filter.key).contains(option) else {
                throw ServiceError(
                    .invalidFilterOption,
                    "The following filter option is not valid: \(option). Valid options include: "
                        + "[\(Self.options(of: filter.key).joined(separator: ", "))]")
            }
            let values = filter.values ?? []
            // A tag may be asked for without a value.
            guard !values.isEmpty || filter.key.hasPrefix("tag:") else {
                throw ServiceError(
                    .invalidFilterValue, "The following filter values are missing : null for filter key \(filter.key).")
            }
            filters.append(Filter(key: filter.key, option: option, values: values))
        }
        self.filters = filters
    }

    var needsTags: Bool { filters.contains { $0.key.hasPrefix("tag:") } }
    var needsLabels: Bool { filters.contains { $0.key == "Label" } }

    /// Whether a parameter passes all filters; of each filter, one value is enough.
    func accept(_ version: SSM.ParameterHistory, tags: [String: String], labels: Set<String>) -> Bool {
        filters.allSatisfy { filter in
            switch filter.key {
            case "Name": Self.matches(version.name, filter)
            case "Type": filter.values.contains(version.type?.rawValue ?? "")
            case "KeyId": Self.matches(version.keyId, filter)
            case "Tier": filter.values.contains(version.tier?.rawValue ?? "")
            case "DataType": Self.matches(version.dataType, filter)
            case "Label": !labels.isDisjoint(with: filter.values)
            case "Path":
                filter.values.contains { Self.isIn(version.name ?? "", $0, isRecursive: filter.option == "Recursive") }
            default: Self.matches(tag: tags[String(filter.key.dropFirst("tag:".count))], filter)
            }
        }
    }

    private static func matches(tag value: String?, _ filter: Filter) -> Bool {
        filter.values.isEmpty ? value != nil : matches(value, filter)
    }

    private static func matches(_ text: String?, _ filter: Filter) -> Bool {
        guard let text else { return false }
        return switch filter.option {
        case "BeginsWith": filter.values.contains { text.hasPrefix($0) }
        case "Contains": filter.values.contains { text.contains($0) }
        default: filter.values.contains(text)
        }
    }

    private static func isIn(_ name: String, _ path: String, isRecursive: Bool) -> Bool {
        let path = path.hasSuffix("/") ? path : path + "/"
        guard name.hasPrefix(path) else { return false }
        return isRecursive || !name.dropFirst(path.count).contains("/")
    }

    private static func keys(of listing: Listing) -> [String] {
        switch listing {
        case .path: ["Type", "KeyId", "Label"]
        case .description: ["Name", "Type", "KeyId", "Path", "Tier", "DataType"]
        }
    }

    private static func options(of key: String) -> [String] {
        switch key {
        case "Path": ["Recursive", "OneLevel"]
        case "Name": ["BeginsWith", "Equals", "Contains"]
        case "KeyId": ["BeginsWith", "Equals"]
        case "DataType": ["BeginsWith", "Equals"]
        default: key.hasPrefix("tag:") ? ["BeginsWith", "Equals", "Contains"] : ["Equals"]
        }
    }
}

extension SSM.ParameterStringFilter {
    /// The filter for one of *DescribeParameters*' older ones, where names are beginnings.
    init(legacy filter: SSM.ParametersFilter) {
        self.init(
            key: filter.key.rawValue, option: filter.key == .name ? "BeginsWith" : "Equals", values: filter.values)
    }
}
