internal import ServiceKit
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import IAMModel

extension Identities {
    /// Makes a role.
    ///
    /// Source: *CreateRole* in the IAM API reference.
    func createRole(
        _ request: IAM.CreateRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.CreateRoleResponse {
        let trust = try PolicyText(trust: request.assumeRolePolicyDocument)
        let tags = try TagList(request.tags ?? [], quota: "TagsPerRole")
        let boundary = try request.permissionsBoundary.map { arn throws(ServiceError) in try boundaryARN(arn) }
        let arn = RoleARN(account: context.account, path: request.path ?? "/", name: request.roleName)
        let role = IAM.Role(
            path: arn.path, roleName: arn.name, roleId: Self.makeIdentifier("AROA"), arn: arn.description,
            createDate: Self.now(), assumeRolePolicyDocument: trust.text, description: request.description,
            maxSessionDuration: request.maxSessionDuration ?? IdentityLimits.sessionSeconds, tags: tags.tags)
        let document = RoleDocument(role: role)
        let record = EntityRecord(id: self.role(arn.name, context), path: arn.path, document: document.bytes)
        try decided(try keeping { try catalog.createEntity(record, boundary: boundary) }) { refusal in
            refusal == .exists
                ? ServiceError(.entityAlreadyExists, "Role with name \(arn.name) already exists.")
                : .noBoundary(boundary)
        }
        // IAM's own answer says less than GetRole's.
        var answer = document.described(boundary: boundary?.description)
        (answer.description, answer.maxSessionDuration, answer.roleLastUsed) = (nil, nil, nil)
        return IAM.CreateRoleResponse(role: answer)
    }

    /// Describes a role.
    ///
    /// Source: *GetRole* in the IAM API reference.
    func getRole(
        _ request: IAM.GetRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.GetRoleResponse {
        let document = try roleDocument(request.roleName, context)
        return IAM.GetRoleResponse(role: document.described(boundary: try boundary(request.roleName, context)))
    }

    /// Lists an account's roles by name.
    ///
    /// Source: *ListRoles* in the IAM API reference.
    func listRoles(
        _ request: IAM.ListRolesRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListRolesResponse {
        let size = IdentityPage<EntityRecord>.size(request.maxItems)
        let name = try IdentityPage<EntityRecord>.key(request.marker, listing: "roles") ?? ""
        let records = try keeping {
            try catalog.entities(
                .role, account: context.account, pathPrefix: request.pathPrefix ?? "/", after: name, limit: size + 1)
        }
        let page = IdentityPage(records, size: size, listing: "roles") { $0.id.name }
        let roles = try page.elements.map { record throws(ServiceError) in
            let document: RoleDocument = try read(record)
            return document.listed
        }
        return IAM.ListRolesResponse(roles: roles, isTruncated: page.isTruncated, marker: page.marker)
    }

    /// Changes a role's description and longest session.
    ///
    /// Source: *UpdateRole* in the IAM API reference.
    func updateRole(
        _ request: IAM.UpdateRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.UpdateRoleResponse {
        try changeRole(request.roleName, context) { document in
            document.role.description = request.description ?? document.role.description
            document.role.maxSessionDuration = request.maxSessionDuration ?? document.role.maxSessionDuration
        }
        return IAM.UpdateRoleResponse()
    }

    /// Changes a role's description.
    ///
    /// Source: *UpdateRoleDescription* in the IAM API reference.
    func updateRoleDescription(
        _ request: IAM.UpdateRoleDescriptionRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.UpdateRoleDescriptionResponse {
        var changed: IAM.Role?
        try changeRole(request.roleName, context) { document in
            document.role.description = request.description
            changed = document.listed
        }
        changed?.maxSessionDuration = nil
        return IAM.UpdateRoleDescriptionResponse(role: changed)
    }

    /// Replaces a role's trust policy.
    ///
    /// Source: *UpdateAssumeRolePolicy* in the IAM API reference.
    func updateAssumeRolePolicy(
        _ request: IAM.UpdateAssumeRolePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let trust = try PolicyText(trust: request.policyDocument)
        try changeRole(request.roleName, context) { $0.role.assumeRolePolicyDocument = trust.text }
        return NoMembers()
    }

    /// Deletes a role that has no policies any more.
    ///
    /// Source: *DeleteRole* in the IAM API reference.
    func deleteRole(
        _ request: IAM.DeleteRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let inline = ServiceError(.deleteConflict, "Cannot delete entity, must delete policies first.")
        let check: (EntityRecord) -> ServiceError? = { record in
            do throws(ServiceError) {
                let document: RoleDocument = try read(record)
                return document.policies.isEmpty ? nil : inline
            } catch {
                return error
            }
        }
        let outcome = try keeping {
            try catalog.deleteEntity(role(request.roleName, context), unless: check) { refusal in
                refusal == .inUse
                    ? ServiceError(.deleteConflict, "Cannot delete entity, must detach all policies first.")
                    : .noRole(request.roleName)
            }
        }
        try outcome.get()
        return NoMembers()
    }

    /// Lists the instance profiles that have a role: none, because there are none here.
    ///
    /// Source: *ListInstanceProfilesForRole* in the IAM API reference.
    func listInstanceProfilesForRole(
        _ request: IAM.ListInstanceProfilesForRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListInstanceProfilesForRoleResponse {
        _ = try roleDocument(request.roleName, context)
        return IAM.ListInstanceProfilesForRoleResponse(instanceProfiles: [], isTruncated: false)
    }
}

extension Identities {
    /// A role of the caller's account.
    func role(_ name: String, _ context: RequestContext) -> EntityID {
        EntityID(.role, account: context.account, name: name)
    }

    /// What is stored of a role of the caller's account.
    func roleDocument(_ name: String, _ context: RequestContext) throws(ServiceError) -> RoleDocument {
        guard let record = try keeping({ try catalog.entity(role(name, context)) }) else { throw .noRole(name) }
        return try read(record)
    }

    func changeRole(
        _ name: String, _ context: RequestContext, _ body: (inout RoleDocument) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        try change(role(name, context), missing: .noRole(name), body)
    }

    /// Turns what the catalogue refused into an error.
    func decided(
        _ outcome: Result<Void, IdentityRefusal>, _ error: (IdentityRefusal) -> ServiceError
    ) throws(ServiceError) {
        if case .failure(let refusal) = outcome { throw error(refusal) }
    }
}
