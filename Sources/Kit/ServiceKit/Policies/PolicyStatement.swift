package import AWSProtocol

/// One statement of a resource-based policy. Like the statements that Lambda writes, it allows one action on one
/// resource; there are no denials.
package struct PolicyStatement: Hashable, Sendable {
    /// The statement's identifier (`Sid`), unique in the policy.
    package let id: String
    /// The principal that is allowed.
    package let principal: PolicyPrincipal
    /// The action that is allowed: `lambda:InvokeFunction`, `lambda:*`.
    package let action: String
    /// The ARN of the resource: a function, a version, an alias or a layer version.
    package let resource: String
    /// The conditions, all of which must hold. Conditions with the same comparison are adjacent.
    package let conditions: [PolicyCondition]

    /// Describes a statement.
    package init(
        id: String, principal: PolicyPrincipal, action: String, resource: String, conditions: [PolicyCondition]
    ) {
        self.id = id
        self.principal = principal
        self.action = action
        self.resource = resource
        self.conditions = conditions
    }

    /// Whether it allows a request.
    package func allows(_ request: PolicyRequest) -> Bool {
        principal.matches(request.caller) && WildcardPattern(action.lowercased()).matches(request.action.lowercased())
            && WildcardPattern(resource).matches(request.resource)
            && conditions.allSatisfy { $0.holds(for: request) }
    }

    /// The statement in Lambda's form, with the members in Lambda's order.
    package var json: String {
        var members = [
            ("Sid", Self.quoted(id)), ("Effect", #""Allow""#), ("Principal", Self.json(principal)),
            ("Action", Self.quoted(action)), ("Resource", Self.quoted(resource)),
        ]
        if !conditions.isEmpty { members.append(("Condition", Self.json(conditions))) }
        return Self.object(members)
    }

    private static func json(_ principal: PolicyPrincipal) -> String {
        switch principal {
        case .everyone: #""*""#
        case .aws(let arn): object([("AWS", quoted(arn))])
        case .service(let name): object([("Service", quoted(name))])
        }
    }

    private static func json(_ conditions: [PolicyCondition]) -> String {
        var groups: [(String, [(String, String)])] = []
        for condition in conditions {
            let name = condition.comparison.rawValue
            if groups.last?.0 != name { groups.append((name, [])) }
            groups[groups.count - 1].1.append((condition.key, quoted(condition.value)))
        }
        return object(groups.map { ($0.0, object($0.1)) })
    }

    /// A JSON object, with its members in this order.
    package static func object(_ members: [(String, String)]) -> String {
        "{\(members.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ","))}"
    }

    /// A JSON string.
    package static func quoted(_ text: String) -> String { String(decoding: JSON.encode(.string(text)), as: UTF8.self) }
}

extension PolicyStatement {
    /// Reads a statement in the form that ``json`` writes; `nil` for any other form.
    package init?(_ value: AWSValue) {
        guard case .string(let id)? = value["Sid"], case .string("Allow")? = value["Effect"],
            let principal = value["Principal"].flatMap(PolicyPrincipal.init(value:)),
            case .string(let action)? = value["Action"], case .string(let resource)? = value["Resource"],
            let conditions = Self.conditions(value["Condition"])
        else { return nil }
        self.init(id: id, principal: principal, action: action, resource: resource, conditions: conditions)
    }

    private static func conditions(_ value: AWSValue?) -> [PolicyCondition]? {
        guard let value else { return [] }
        guard case .structure(let groups) = value else { return nil }
        var read: [[PolicyCondition]] = []
        for (name, group) in groups {
            guard let comparison = PolicyCondition.Comparison(rawValue: name), case .structure(let tests) = group else {
                return nil
            }
            var conditions: [PolicyCondition] = []
            for (key, value) in tests {
                guard case .string(let text) = value else { return nil }
                conditions.append(PolicyCondition(comparison: comparison, key: key, value: text))
            }
            read.append(conditions.sorted { $0.place < $1.place })
        }
        // Those of one comparison stay together: they are members of one object, and readers keep one of two with the
        // same name.
        return read.filter { !$0.isEmpty }.sorted { $0[0].place < $1[0].place }.flatMap(\.self)
    }
}

extension PolicyPrincipal {
    fileprivate init?(value: AWSValue) {
        if case .string("*") = value {
            self = .everyone
        } else if case .string(let arn)? = value["AWS"] {
            self = .aws(arn)
        } else if case .string(let name)? = value["Service"] {
            self = .service(name)
        } else {
            return nil
        }
    }
}

extension PolicyCondition {
    /// The order in which Lambda writes conditions, according to recordings of its answers.
    private static let order = [
        "AWS:SourceAccount", "lambda:EventSourceToken", "lambda:FunctionUrlAuthType", "aws:PrincipalOrgID",
        "AWS:SourceArn", "lambda:InvokedViaFunctionUrl",
    ]

    /// Where it stands in a policy: in Lambda's order, and behind that by its key and comparison.
    fileprivate var place: (Int, String, String) {
        (Self.order.firstIndex(of: key) ?? Self.order.count, key, comparison.rawValue)
    }
}
