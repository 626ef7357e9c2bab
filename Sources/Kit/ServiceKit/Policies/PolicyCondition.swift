internal import Domain

/// A condition of a policy statement. The statement applies only to requests that meet it.
package struct PolicyCondition: Hashable, Sendable {
    /// How the value is compared with the request's.
    package enum Comparison: String, Hashable, Sendable, CaseIterable {
        case stringEquals = "StringEquals"
        case stringLike = "StringLike"
        case arnLike = "ArnLike"
        case arnEquals = "ArnEquals"
        case bool = "Bool"
    }

    /// How the value is compared.
    package let comparison: Comparison
    /// The condition key, which names a property of the request: `AWS:SourceArn`. Case-insensitive.
    package let key: String
    /// The value that the property must have.
    package let value: String

    /// Describes a condition.
    package init(comparison: Comparison, key: String, value: String) {
        self.comparison = comparison
        self.key = key
        self.value = value
    }

    /// Whether a request meets the condition. A request without the property does not.
    package func holds(for request: PolicyRequest) -> Bool {
        request.property(key).map(matches) ?? false
    }

    /// Whether a property's value is the one that the condition wants.
    package func matches(_ actual: String) -> Bool {
        switch comparison {
        case .stringEquals: actual == value
        case .stringLike: WildcardPattern(value).matches(actual)
        // Both compare in the same way: "IAM JSON policy elements: Condition operators", IAM user guide.
        case .arnLike, .arnEquals: WildcardPattern.arn(value, matches: actual)
        case .bool: actual.lowercased() == value.lowercased()
        }
    }
}

/// A request, as policies evaluate it.
package struct PolicyRequest: Hashable, Sendable {
    /// Who calls.
    package let caller: Caller
    /// The action: `lambda:InvokeFunction`.
    package let action: String
    /// The ARN of the resource.
    package let resource: String

    /// Describes a request.
    package init(caller: Caller, action: String, resource: String) {
        self.caller = caller
        self.action = action
        self.resource = resource
    }

    /// The value of a condition key in this request; `nil` where the request does not have it.
    ///
    /// Organizations, event source tokens and function URLs do not exist yet, so their keys have no value, or `false`.
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
