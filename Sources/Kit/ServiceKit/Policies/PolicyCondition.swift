internal import Domain

/// What must hold beside, for a statement of a policy to let somebody in.
package struct PolicyCondition: Hashable, Sendable {
    /// How the value is compared with the request's.
    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case stringEquals = "StringEquals"
        case stringLike = "StringLike"
        case arnLike = "ArnLike"
        case arnEquals = "ArnEquals"
        case bool = "Bool"
    }

    /// How.
    package let comparison: Comparison
    /// Which property of the request: `AWS:SourceArn`. Upper and lower case are the same.
    package let key: String
    /// What it must be.
    package let value: String

    /// Describes a condition.
    package init(comparison: Comparison, key: String, value: String) {
        self.comparison = comparison
        self.key = key
        self.value = value
    }

    /// Whether a request meets it. A request that does not have the property does not.
    package func holds(for request: PolicyRequest) -> Bool {
        guard let actual = request.property(key) else { return false }
        return switch comparison {
        case .stringEquals: actual == value
        case .stringLike: WildcardPattern(value).matches(actual)
        // Both compare alike: "IAM JSON policy elements: Condition operators", IAM user guide.
        case .arnLike, .arnEquals: WildcardPattern.arn(value, matches: actual)
        case .bool: actual.lowercased() == value.lowercased()
        }
    }
}

/// What a policy is asked.
package struct PolicyRequest: Hashable, Sendable {
    /// Who calls.
    package let caller: Caller
    /// What for: `lambda:InvokeFunction`.
    package let action: String
    /// On what: its ARN.
    package let resource: String

    /// Describes a request.
    package init(caller: Caller, action: String, resource: String) {
        self.caller = caller
        self.action = action
        self.resource = resource
    }

    /// A property of the request by the name of its condition key; `nil` where the request does not have it.
    ///
    /// Accounts are in no organization here, no caller brings the token of an event source, and nothing is called by a
    /// function URL yet.
    package func property(_ key: String) -> String? {
        switch key.lowercased() {
        case "aws:sourcearn":
            if case .service(_, let arn, _) = caller.principal { arn } else { nil }
        case "aws:sourceaccount":
            if case .service(_, _, let account) = caller.principal { account?.description } else { nil }
        case "lambda:invokedviafunctionurl": "false"
        default: nil
        }
    }
}
