internal import ServiceKit
internal import AWSProtocol

/// What the trust policy of a role is asked.
struct TrustRequest: Hashable, Sendable {
    /// Who wants to begin a session.
    let caller: Caller
    /// What the request says as `ExternalId`.
    let externalID: String?
    /// The partition of the role's ARN.
    let partition: String
}

// Whatever is not understood lets nobody in: conditions of `Allow` that have no meaning here do not hold, and a `Deny`
// that may be meant for the caller is.
extension PolicyText {
    /// Whether a role's trust policy lets a caller begin a session: some statement allows it, and none denies it.
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

    /// Whether all conditions hold. One is known: that the request brings an external id.
    private static func holds(_ conditions: AWSValue?, _ request: TrustRequest) -> Bool {
        guard let conditions else { return true }
        guard case .structure(let comparisons) = conditions else { return false }
        return comparisons.allSatisfy { comparison, tests in
            guard comparison == "StringEquals", case .structure(let tests) = tests else { return false }
            return tests.allSatisfy { key, value in
                guard key.lowercased() == "sts:externalid", let given = request.externalID else { return false }
                return texts(value).contains(given)
            }
        }
    }
}
