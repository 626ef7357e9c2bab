internal import ServiceKit
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import IAMModel

/// The managed policies of roles.
struct Attachments: Sendable {
    let store: IAMStore

    /// Attaches a managed policy to a role.
    ///
    /// Source: *AttachRolePolicy* in the IAM API reference.
    func attach(
        _ request: IAM.AttachRolePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let policy = try PolicyARN(checking: request.policyArn)
        try store.attach(policy, to: request.roleName, of: context.account)
        return NoMembers()
    }

    /// Detaches a managed policy from a role.
    ///
    /// Source: *DetachRolePolicy* in the IAM API reference.
    func detach(
        _ request: IAM.DetachRolePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let policy = try PolicyARN(checking: request.policyArn)
        try store.detach(policy, from: request.roleName, of: context.account)
        return NoMembers()
    }

    /// Lists a role's managed policies.
    ///
    /// Source: *ListAttachedRolePolicies* in the IAM API reference.
    func listPolicies(
        _ request: IAM.ListAttachedRolePoliciesRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListAttachedRolePoliciesResponse {
        let all = try store.attachments(of: request.roleName, of: context.account)
        let matching = all.filter { $0.policy.path.hasPrefix(request.pathPrefix ?? "/") }
        let page = try page(of: matching, request.marker, request.maxItems, "attachments of \(request.roleName)")
        return IAM.ListAttachedRolePoliciesResponse(
            attachedPolicies: page.elements.map {
                IAM.AttachedPolicy(policyName: $0.policy.name, policyArn: $0.policy.description)
            },
            isTruncated: page.isTruncated, marker: page.marker)
    }

    /// Lists the entities that use a managed policy: roles only, because Strata has no users and groups.
    ///
    /// Source: *ListEntitiesForPolicy* in the IAM API reference.
    func listEntities(
        _ request: IAM.ListEntitiesForPolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListEntitiesForPolicyResponse {
        let policy = try PolicyARN(checking: request.policyArn)
        _ = try store.policy(policy, of: context.account)
        let usage = request.policyUsageFilter.map { filter -> Attachment.Usage in
            filter == .permissionsBoundary ? .boundary : .permissions
        }
        let wantsRoles = request.entityFilter.map { $0 == .role } ?? true
        let all = wantsRoles ? try store.attachments(of: policy, in: context.account, as: usage) : []
        var names: Set<String> = []
        let once = all.filter { names.insert($0.role).inserted }
        let page = try page(of: once, request.marker, request.maxItems, "entities of \(policy)")
        let roles = try page.elements.map { attachment throws(ServiceError) in
            let role = try store.role(attachment.role, of: context.account).role
            return IAM.PolicyRole(roleName: role.roleName, roleId: role.roleId)
        }
        return IAM.ListEntitiesForPolicyResponse(
            policyGroups: [], policyUsers: [], policyRoles: roles, isTruncated: page.isTruncated, marker: page.marker)
    }

    private func page(
        of attachments: [Attachment], _ marker: String?, _ size: Int?, _ listing: String
    ) throws(ServiceError) -> ListPage<Attachment> {
        let paging = Paging(listing, maxItems: size)
        let last = try paging.key(of: marker).flatMap { Int($0) } ?? 0
        return paging.page(attachments.drop { $0.number <= last }) { String($0.number) }
    }
}
