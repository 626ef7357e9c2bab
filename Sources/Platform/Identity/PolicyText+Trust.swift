internal import AWSProtocol

// Whom a trust policy lets begin sessions of its role.
extension PolicyText {
    /// Whether some statement lets a caller assume the role, and none forbids it.
    ///
    /// Conditions are not looked at, so a statement that has some lets nobody in, and forbids whatever they say.
    ///
    /// Source: "IAM JSON policy elements: Principal" and "Policy evaluation logic", IAM user guide.
    func trusts(_ caller: Caller) -> Bool {
        guard !statements.contains(where: { Self.mayForbid($0, caller) }) else { return false }
        return statements.contains { Self.allows($0, caller) }
    }

    private static func allows(_ statement: [String: AWSValue], _ caller: Caller) -> Bool {
        let condition = statement["Condition"] ?? .structure([:])
        return statement["Effect"] == .string("Allow") && condition == .structure([:])
            && hasPrincipal(statement, caller) && isAboutSessions(statement)
    }

    private static func mayForbid(_ statement: [String: AWSValue], _ caller: Caller) -> Bool {
        statement["Effect"] == .string("Deny")
            && (statement["NotPrincipal"] != nil || hasPrincipal(statement, caller))
            && (statement["NotAction"] != nil || isAboutSessions(statement))
    }

    /// `*`, or lists by kind: `{"AWS": […], "Service": "…"}`. How a principal is written tells its kind.
    private static func hasPrincipal(_ statement: [String: AWSValue], _ caller: Caller) -> Bool {
        let values: [AWSValue] =
            switch statement["Principal"] {
            case .structure(let kinds): Array(kinds.values)
            case let value?: [value]
            case nil: []
            }
        return values.flatMap(texts).contains { text in
            PolicyPrincipal(parameter: text, partition: "aws")?.matches(caller) ?? false
        }
    }

    private static func isAboutSessions(_ statement: [String: AWSValue]) -> Bool {
        texts(statement["Action"] ?? .null).contains { WildcardPattern($0.lowercased()).matches("sts:assumerole") }
    }
}
