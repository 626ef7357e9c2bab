internal import ServiceKit
internal import AWSProtocol
internal import Domain
internal import IAMModel

/// Roles: their descriptions, trust policies and session limits.
struct Roles: Sendable {
    let store: IAMStore
    let clock: IAMClock

    /// Makes a role.
    ///
    /// Source: *CreateRole* in the IAM API reference.
    func create(
        _ request: IAM.CreateRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.CreateRoleResponse {
        let trust = try PolicyText(trust: request.assumeRolePolicyDocument)
        let tags = try TagList(request.tags ?? [], quota: "TagsPerRole")
        let boundary = try request.permissionsBoundary.map { arn throws(ServiceError) in try PolicyARN(boundary: arn) }
        let arn = RoleARN(account: context.account, path: request.path ?? "/", name: request.roleName)
        let role = IAM.Role(
            path: arn.path, roleName: arn.name, roleId: AccessKeyText.newEntityID("AROA"), arn: arn.description,
            createDate: clock.now, assumeRolePolicyDocument: trust.text, description: request.description,
            maxSessionDuration: request.maxSessionDuration ?? IdentityLimits.sessionSeconds, tags: tags.tags)
        let document = RoleDocument(role: role)
        try store.createRole(arn, document, boundary: boundary)
        // CreateRole answers fewer members than GetRole.
        var answer = document.described(boundary: boundary?.description)
        (answer.description, answer.maxSessionDuration, answer.roleLastUsed) = (nil, nil, nil)
        return IAM.CreateRoleResponse(role: answer)
    }

    /// Describes a role.
    ///
    /// Source: *GetRole* in the IAM API reference.
    func get(
        _ request: IAM.GetRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.GetRoleResponse {
        let document = try store.role(request.roleName, of: context.account)
        let boundary = try store.boundary(ofRole: request.roleName, of: context.account)
        return IAM.GetRoleResponse(role: document.described(boundary: boundary?.description))
    }

    /// Lists an account's roles by name.
    ///
    /// Source: *ListRoles* in the IAM API reference.
    func list(
        _ request: IAM.ListRolesRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListRolesResponse {
        let paging = Paging("roles", maxItems: request.maxItems)
        let name = try paging.key(of: request.marker) ?? ""
        let roles = try store.roles(
            of: context.account, pathPrefix: request.pathPrefix ?? "/", after: name, limit: paging.limit)
        let page = paging.page(roles.map(\.listed)) { $0.roleName }
        return IAM.ListRolesResponse(roles: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    /// Changes a role's description and longest session.
    ///
    /// Source: *UpdateRole* in the IAM API reference.
    func update(
        _ request: IAM.UpdateRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.UpdateRoleResponse {
        try store.changeRole(request.roleName, of: context.account) { document in
            document.role.description = request.description ?? document.role.description
            document.role.maxSessionDuration = request.maxSessionDuration ?? document.role.maxSessionDuration
        }
        return IAM.UpdateRoleResponse()
    }

    /// Changes a role's description.
    ///
    /// Source: *UpdateRoleDescription* in the IAM API reference.
    func updateDescription(
        _ request: IAM.UpdateRoleDescriptionRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.UpdateRoleDescriptionResponse {
        var changed: IAM.Role?
        try store.changeRole(request.roleName, of: context.account) { document in
            document.role.description = request.description
            changed = document.listed
        }
        changed?.maxSessionDuration = nil
        return IAM.UpdateRoleDescriptionResponse(role: changed)
    }

    /// Replaces a role's trust policy.
    ///
    /// Source: *UpdateAssumeRolePolicy* in the IAM API reference.
    func updateTrustPolicy(
        _ request: IAM.UpdateAssumeRolePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let trust = try PolicyText(trust: request.policyDocument)
        try store.changeRole(request.roleName, of: context.account) { $0.role.assumeRolePolicyDocument = trust.text }
        return NoMembers()
    }

    /// Deletes a role that has no policies.
    ///
    /// Source: *DeleteRole* in the IAM API reference.
    func delete(
        _ request: IAM.DeleteRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try store.deleteRole(request.roleName, of: context.account)
        return NoMembers()
    }

    /// Lists the instance profiles that contain a role: always none, because Strata has no instance profiles.
    ///
    /// Source: *ListInstanceProfilesForRole* in the IAM API reference.
    func listInstanceProfiles(
        _ request: IAM.ListInstanceProfilesForRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListInstanceProfilesForRoleResponse {
        _ = try store.role(request.roleName, of: context.account)
        return IAM.ListInstanceProfilesForRoleResponse(instanceProfiles: [], isTruncated: false)
    }
}
