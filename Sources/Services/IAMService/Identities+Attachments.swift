internal import ServiceKit
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import IAMModel

extension Identities {
    /// Lets a role have a managed policy.
    ///
    /// Source: *AttachRolePolicy* in the IAM API reference.
    func attachRolePolicy(
        _ request: IAM.AttachRolePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let policy = try policyARN(request.policyArn)
        let limit = IdentityLimits.policiesPerRole
        let outcome = try keeping {
            try catalog.attach(policy, as: .permissions, to: role(request.roleName, context), limit: limit)
        }
        try decided(outcome) { refusal in
            switch refusal {
            case .limitExceeded: .quota("PoliciesPerRole", limit)
            case .missingPolicy:
                ServiceError(.noSuchEntity, "Policy \(policy) does not exist or is not attachable.")
            default: .noRole(request.roleName)
            }
        }
        return NoMembers()
    }

    /// Takes a managed policy from a role.
    ///
    /// Source: *DetachRolePolicy* in the IAM API reference.
    func detachRolePolicy(
        _ request: IAM.DetachRolePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let policy = try policyARN(request.policyArn)
        let outcome = try keeping { try catalog.detach(policy, from: role(request.roleName, context)) }
        try decided(outcome) { refusal in
            refusal == .missingPolicy(policy) ? .noPolicy(policy.description) : .noRole(request.roleName)
        }
        return NoMembers()
    }

    /// Lists a role's managed policies.
    ///
    /// Source: *ListAttachedRolePolicies* in the IAM API reference.
    func listAttachedRolePolicies(
        _ request: IAM.ListAttachedRolePoliciesRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListAttachedRolePoliciesResponse {
        let all = try keeping { try catalog.attachments(of: role(request.roleName, context), as: .permissions) }
        guard let all else { throw .noRole(request.roleName) }
        let matching = all.filter { $0.policy.path.hasPrefix(request.pathPrefix ?? "/") }
        let page = try page(of: matching, request.marker, request.maxItems, "attachments of \(request.roleName)")
        return IAM.ListAttachedRolePoliciesResponse(
            attachedPolicies: page.elements.map {
                IAM.AttachedPolicy(policyName: $0.policy.name, policyArn: $0.policy.description)
            },
            isTruncated: page.isTruncated, marker: page.marker)
    }

    /// Lists who has a managed policy: roles, because there are no users and groups here.
    ///
    /// Source: *ListEntitiesForPolicy* in the IAM API reference.
    func listEntitiesForPolicy(
        _ request: IAM.ListEntitiesForPolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListEntitiesForPolicyResponse {
        let policy = try policyARN(request.policyArn)
        _ = try policyDocument(policy, context)
        let usage = request.policyUsageFilter.map { filter -> Attachment.Usage in
            filter == .permissionsBoundary ? .boundary : .permissions
        }
        let wantsRoles = request.entityFilter.map { $0 == .role } ?? true
        let all = try keeping {
            wantsRoles ? try catalog.attachments(of: policy, account: context.account, as: usage) : []
        }
        var names: Set<String> = []
        let once = all.filter { names.insert($0.role).inserted }
        let page = try page(of: once, request.marker, request.maxItems, "entities of \(policy)")
        let roles = try page.elements.map { attachment throws(ServiceError) in
            let role = try roleDocument(attachment.role, context).role
            return IAM.PolicyRole(roleName: role.roleName, roleId: role.roleId)
        }
        return IAM.ListEntitiesForPolicyResponse(
            policyGroups: [], policyUsers: [], policyRoles: roles, isTruncated: page.isTruncated, marker: page.marker)
    }

    private func page(
        of attachments: [Attachment], _ marker: String?, _ size: Int?, _ listing: String
    ) throws(ServiceError) -> IdentityPage<Attachment> {
        let last = try IdentityPage<Attachment>.key(marker, listing: listing).flatMap { Int($0) } ?? 0
        return IdentityPage(
            attachments.drop { $0.number <= last }, size: IdentityPage<Attachment>.size(size), listing: listing
        ) { String($0.number) }
    }
}

// What bounds a role's permissions.
extension Identities {
    /// Bounds a role's permissions.
    ///
    /// Source: *PutRolePermissionsBoundary* in the IAM API reference.
    func putRolePermissionsBoundary(
        _ request: IAM.PutRolePermissionsBoundaryRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let policy = try boundaryARN(request.permissionsBoundary)
        let outcome = try keeping {
            try catalog.attach(policy, as: .boundary, to: role(request.roleName, context), limit: 1)
        }
        try decided(outcome) { refusal in
            refusal == .missingPolicy(policy) ? .noBoundary(policy) : .noRole(request.roleName)
        }
        return NoMembers()
    }

    /// Ends that a role's permissions are bounded.
    ///
    /// Source: *DeleteRolePermissionsBoundary* in the IAM API reference.
    func deleteRolePermissionsBoundary(
        _ request: IAM.DeleteRolePermissionsBoundaryRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try decided(try keeping { try catalog.detachBoundary(from: role(request.roleName, context)) }) { _ in
            .noRole(request.roleName)
        }
        return NoMembers()
    }

    /// The ARN of the policy that bounds a role's permissions.
    func boundary(_ name: String, _ context: RequestContext) throws(ServiceError) -> String? {
        try keeping { try catalog.attachments(of: role(name, context), as: .boundary)?.first?.policy.description }
    }

    func boundaryARN(_ text: String) throws(ServiceError) -> PolicyARN {
        guard let policy = PolicyARN(text) else {
            throw ServiceError(.validation, "Invalid ARN: \(text.prefix(512))")
        }
        return policy
    }
}

extension ServiceError {
    static func noBoundary(_ policy: PolicyARN?) -> ServiceError {
        ServiceError(
            .noSuchEntity, "Scope ARN: \(policy?.description ?? "") does not exist or is not attachable.")
    }
}
