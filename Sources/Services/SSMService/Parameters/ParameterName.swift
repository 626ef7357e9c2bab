internal import Domain
internal import ServiceKit

/// The name of a parameter: `url`, or a path such as `/shop/prod/url`.
///
/// Source: *PutParameter* in the Systems Manager API reference, and "Requirements and constraints for parameter names".
struct ParameterName: Hashable, Sendable {
    /// The name as it is written.
    let text: String

    /// Checks the name of a parameter to be made.
    init(checking text: String) throws(ServiceError) {
        let first = text.split(separator: "/").first?.lowercased() ?? ""
        if first.hasPrefix("aws") {
            throw ServiceError(.accessDenied, "No access to reserved parameter name: \(text).")
        }
        if first.hasPrefix("ssm") {
            throw ServiceError(
                .validation,
                "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). \(Self.rules)")
        }
        guard text.unicodeScalars.allSatisfy(\.isOfParameterPath), !text.contains("//"), !text.hasSuffix("/") else {
            throw ServiceError(.validation, "Invalid parameter name. \(Self.rules)")
        }
        guard !text.contains("/") || text.hasPrefix("/") else {
            throw ServiceError(.validation, "Parameter name must be a fully qualified name.")
        }
        guard text.split(separator: "/").count <= SSMLimits.levels else {
            throw ServiceError(
                .hierarchyLevelLimitExceeded,
                "A hierarchy can have a maximum of \(SSMLimits.levels) levels. For more information, see "
                    + "Requirements and constraints for parameter names in the AWS Systems Manager User Guide.")
        }
        guard text.unicodeScalars.count <= SSMLimits.nameCharacters else {
            throw ServiceError(
                .validation, "Parameter name must have at most \(SSMLimits.nameCharacters) characters.")
        }
        self.text = text
    }

    /// The path that the name is in, with a slash behind: `/shop/prod/`; empty for a name that is no path.
    var path: String { text.lastIndex(of: "/").map { String(text[...$0]) } ?? "" }

    /// The ARN of the parameter called `name`.
    static func arn(of name: String, account: String, region: String) -> String {
        "arn:aws:ssm:\(region):\(account):parameter\(name.hasPrefix("/") ? "" : "/")\(name)"
    }

    private static let rules =
        "If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a "
        + "mix of letters, numbers and the following 3 symbols .-_"
}

extension Unicode.Scalar {
    /// Whether it may be in a name without a path, and in a label.
    var isOfParameterName: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_": true
        default: false
        }
    }

    /// Whether it may be in a name.
    var isOfParameterPath: Bool { self == "/" || isOfParameterName }
}

/// What a request to read a parameter names: a name or ARN, and perhaps a version or label: `url:3`, `url:prod`.
struct ParameterSelector: Hashable, Sendable {
    /// The names that are meant, the likeliest first: an ARN does not tell `url` and `/url` apart. Empty for an ARN of
    /// another account or region.
    let names: [String]
    /// The version or label, as it is written behind the colon.
    let selector: String?

    /// Reads the name in a request of an account in a region.
    init(_ text: String, in scope: ParameterScope) {
        let arn = ARN(text)
        let parts = (arn?.resource ?? text).split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map(String.init) ?? ""
        names = arn.map { Self.names(of: $0, resource: name, in: scope) } ?? [name]
        selector = parts.count > 1 ? String(parts[1]) : nil
    }

    private static func names(of arn: ARN, resource: String, in scope: ParameterScope) -> [String] {
        guard resource.hasPrefix("parameter/"), arn.partition == "aws", arn.service == "ssm",
            arn.region == scope.region
        else { return [] }
        let path = String(resource.dropFirst("parameter".count))
        guard arn.account == scope.account || (arn.account.isEmpty && PublicParameters.isPublic(path)) else {
            return []
        }
        // The name of a path has two slashes or more.
        return path.dropFirst().contains("/") ? [path] : [String(path.dropFirst()), path]
    }
}
