internal import ServiceKit
internal import AWSProtocol

/// A request to assume a role, as its trust policy sees it.
struct TrustRequest: Hashable, Sendable {
    /// Who wants to start a session.
    let caller: Caller
    /// The request's `ExternalId`.
    let externalID: String?
    /// The partition of the role's ARN.
    let partition: String

    /// The value of a condition key; `nil` where the request does not have it.
    func property(_ key: String) -> String? {
        if key.lowercased() == "sts:externalid" { return externalID }
        return PolicyRequest(caller: caller, action: "sts:AssumeRole", resource: "").property(key)
    }
}

// Fails closed: a condition of an `Allow` that is not understood does not hold, and a `Deny` that may match the caller
// does.
extension PolicyText {
    /// Whether a role's trust policy lets a caller start a session: a statement allows it, and none denies it.
    ///
    /// Source: "Policy evaluation logic" and "AWS JSON policy elements: Principal", IAM user guide.
    func trusts(_ request: TrustRequest) -> Bool {
        let denials = statements.filter { $0["Effect"] != .string("Allow") }
        return !denials.contains { Self.mayDeny($0, request) } && statements.contains { Self.allows($0, request) }
    }

    private static func allows(_ statement: [String: AWSValue], _ request: TrustRequest) -> Bool {
        statement["Effect"] == .string("Allow") && statement["NotPrincipal"] == nil && statement["NotAction"] == nil
            && isForAssumeRole(statement) && names(request, statement["Principal"])
            && holds(statement["Condition"], request)
    }

    private static func mayDeny(_ statement: [String: AWSValue], _ request: TrustRequest) -> Bool {
        (statement["NotAction"] != nil || isForAssumeRole(statement))
            && (statement["NotPrincipal"] != nil || names(request, statement["Principal"]))
    }

    private static func isForAssumeRole(_ statement: [String: AWSValue]) -> Bool {
        texts(statement["Action"] ?? .null).contains { WildcardPattern($0.lowercased()).matches("sts:assumerole") }
    }

    private static func names(_ request: TrustRequest, _ principal: AWSValue?) -> Bool {
        if principal == .string("*") { return true }
        guard case .structure(let kinds)? = principal else { return false }
        return ["AWS", "Service"].flatMap { texts(kinds[$0] ?? .null) }.contains { text in
            PolicyPrincipal(parameter: text, partition: request.partition)?.matches(request.caller) ?? false
        }
    }

    /// Whether all conditions hold. A key that requests here do not have holds with `…IfExists` only.
    ///
    /// Source: "IAM JSON policy elements: Condition operators", IAM user guide.
    private static func holds(_ conditions: AWSValue?, _ request: TrustRequest) -> Bool {
        guard let conditions else { return true }
        guard case .structure(let comparisons) = conditions else { return false }
        return comparisons.allSatisfy { name, tests in
            let isOptional = name.hasSuffix("IfExists")
            guard let comparison = PolicyCondition.Comparison(rawValue: isOptional ? String(name.dropLast(8)) : name),
                case .structure(let tests) = tests
            else { return false }
            return tests.allSatisfy { key, value in
                guard let actual = request.property(key) else { return isOptional }
                return texts(value).contains {
                    PolicyCondition(comparison: comparison, key: key, value: $0).matches(actual)
                }
            }
        }
    }
}
