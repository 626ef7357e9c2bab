internal import ServiceKit
internal import AWSProtocol
internal import Domain
internal import IAMModel

/// The inline policies of roles. They have no ARN and are part of their role's row.
struct RolePolicies: Sendable {
    let store: IAMStore

    /// Sets an inline policy.
    ///
    /// Source: *PutRolePolicy* in the IAM API reference.
    func put(
        _ request: IAM.PutRolePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let text = try PolicyText(permissions: request.policyDocument).text
        try store.changeRole(request.roleName, of: context.account) { document throws(ServiceError) in
            document.policies.removeAll { $0.policyName == request.policyName }
            document.policies.append(
                IAM.GetRolePolicyResponse(
                    roleName: request.roleName, policyName: request.policyName, policyDocument: text))
            document.policies.sort { $0.policyName < $1.policyName }
            let characters = document.policies.map { PolicyText.quotaCharacters($0.policyDocument) }.reduce(0, +)
            let limit = IdentityLimits.rolePoliciesCharacters
            guard characters <= limit else {
                throw ServiceError(
                    .limitExceeded, "Maximum policy size of \(limit) bytes exceeded for role \(request.roleName)")
            }
        }
        return NoMembers()
    }

    /// Returns an inline policy.
    ///
    /// Source: *GetRolePolicy* in the IAM API reference.
    func get(
        _ request: IAM.GetRolePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.GetRolePolicyResponse {
        let policies = try store.role(request.roleName, of: context.account).policies
        guard var policy = policies.first(where: { $0.policyName == request.policyName }) else {
            throw Self.noRolePolicy(request.policyName)
        }
        policy.policyDocument = PercentEncoding.encode(policy.policyDocument)
        return policy
    }

    /// Lists the names of a role's inline policies.
    ///
    /// Source: *ListRolePolicies* in the IAM API reference.
    func list(
        _ request: IAM.ListRolePoliciesRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListRolePoliciesResponse {
        let paging = Paging("policies of \(request.roleName)", maxItems: request.maxItems)
        let names = try store.role(request.roleName, of: context.account).policies.map(\.policyName)
        let last = try paging.key(of: request.marker) ?? ""
        let page = paging.page(names.drop { $0 <= last }) { $0 }
        return IAM.ListRolePoliciesResponse(
            policyNames: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    /// Deletes an inline policy.
    ///
    /// Source: *DeleteRolePolicy* in the IAM API reference.
    func delete(
        _ request: IAM.DeleteRolePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try store.changeRole(request.roleName, of: context.account) { document throws(ServiceError) in
            let count = document.policies.count
            document.policies.removeAll { $0.policyName == request.policyName }
            guard document.policies.count < count else { throw Self.noRolePolicy(request.policyName) }
        }
        return NoMembers()
    }

    private static func noRolePolicy(_ name: String) -> ServiceError {
        ServiceError(.noSuchEntity, "The role policy with name \(name) cannot be found.")
    }
}
