internal import AWSProtocol
internal import IAMModel
internal import Platform
internal import STSModel

/// The operations of STS and IAM that exist here, each tied to its use case. What is not in these lists answers 501.
enum IdentityOperations {
    static func securityTokens(of identities: Identities) -> ServiceDispatcher<RequestContext> {
        var dispatcher = ServiceDispatcher<RequestContext>(STS.service)
        dispatcher.offer(STS.assumeRole, identities.assumeRole)
        dispatcher.offer(STS.getCallerIdentity, identities.getCallerIdentity)
        return dispatcher
    }

    static func dispatcher(for identities: Identities) -> ServiceDispatcher<RequestContext> {
        var dispatcher = ServiceDispatcher<RequestContext>(IAM.service)
        addRoles(identities, to: &dispatcher)
        addPolicies(identities, to: &dispatcher)
        return dispatcher
    }

    private static func addRoles(_ identities: Identities, to dispatcher: inout ServiceDispatcher<RequestContext>) {
        dispatcher.offer(IAM.createRole, identities.createRole)
        dispatcher.offer(IAM.getRole, identities.getRole)
        dispatcher.offer(IAM.listRoles, identities.listRoles)
        dispatcher.offer(IAM.updateRole, identities.updateRole)
        dispatcher.offer(IAM.updateRoleDescription, identities.updateRoleDescription)
        dispatcher.offer(IAM.updateAssumeRolePolicy, identities.updateAssumeRolePolicy)
        dispatcher.offer(IAM.deleteRole, identities.deleteRole)
        dispatcher.offer(IAM.putRolePolicy, identities.putRolePolicy)
        dispatcher.offer(IAM.getRolePolicy, identities.getRolePolicy)
        dispatcher.offer(IAM.listRolePolicies, identities.listRolePolicies)
        dispatcher.offer(IAM.deleteRolePolicy, identities.deleteRolePolicy)
        dispatcher.offer(IAM.attachRolePolicy, identities.attachRolePolicy)
        dispatcher.offer(IAM.detachRolePolicy, identities.detachRolePolicy)
        dispatcher.offer(IAM.listAttachedRolePolicies, identities.listAttachedRolePolicies)
        dispatcher.offer(IAM.putRolePermissionsBoundary, identities.putRolePermissionsBoundary)
        dispatcher.offer(IAM.deleteRolePermissionsBoundary, identities.deleteRolePermissionsBoundary)
        dispatcher.offer(IAM.listInstanceProfilesForRole, identities.listInstanceProfilesForRole)
        dispatcher.offer(IAM.tagRole, identities.tagRole)
        dispatcher.offer(IAM.untagRole, identities.untagRole)
        dispatcher.offer(IAM.listRoleTags, identities.listRoleTags)
    }

    private static func addPolicies(_ identities: Identities, to dispatcher: inout ServiceDispatcher<RequestContext>) {
        dispatcher.offer(IAM.createPolicy, identities.createPolicy)
        dispatcher.offer(IAM.getPolicy, identities.getPolicy)
        dispatcher.offer(IAM.listPolicies, identities.listPolicies)
        dispatcher.offer(IAM.deletePolicy, identities.deletePolicy)
        dispatcher.offer(IAM.listEntitiesForPolicy, identities.listEntitiesForPolicy)
        dispatcher.offer(IAM.createPolicyVersion, identities.createPolicyVersion)
        dispatcher.offer(IAM.getPolicyVersion, identities.getPolicyVersion)
        dispatcher.offer(IAM.listPolicyVersions, identities.listPolicyVersions)
        dispatcher.offer(IAM.setDefaultPolicyVersion, identities.setDefaultPolicyVersion)
        dispatcher.offer(IAM.deletePolicyVersion, identities.deletePolicyVersion)
        dispatcher.offer(IAM.tagPolicy, identities.tagPolicy)
        dispatcher.offer(IAM.untagPolicy, identities.untagPolicy)
        dispatcher.offer(IAM.listPolicyTags, identities.listPolicyTags)
    }
}

extension ServiceDispatcher<RequestContext> {
    /// Answers an operation by a use case, which learns what the operation is called, and whose errors are answered as
    /// AWS answers them.
    fileprivate mutating func offer<Input, Output>(
        _ operation: AWSOperation<Input, Output>,
        _ useCase: @escaping @Sendable (Input, RequestContext) throws(IdentityError) -> Output
    ) {
        let action = "\(service.name):\(operation.descriptor.name)"
        handle(operation) { input, context throws(AWSError) in
            var context = context
            context.action = action
            do throws(IdentityError) {
                try context.admitToIdentities()
                return try useCase(input, context)
            } catch { throw error.aws }
        }
    }
}
