internal import AWSModel
internal import AWSProtocol
internal import Platform

/// The operations of STS and IAM that exist here, each tied to its use case. What is not in these lists answers 501.
enum IdentityOperations {
    static func securityTokens(of identities: Identities) -> ServiceDispatcher<RequestContext> {
        var dispatcher = ServiceDispatcher<RequestContext>(STS.service)
        dispatcher.handle(STS.assumeRole, calling(identities.assumeRole, isForServices: true))
        dispatcher.handle(STS.getCallerIdentity, calling(identities.getCallerIdentity, isForServices: true))
        return dispatcher
    }

    static func dispatcher(for identities: Identities) -> ServiceDispatcher<RequestContext> {
        var dispatcher = ServiceDispatcher<RequestContext>(IAM.service)
        addRoles(identities, to: &dispatcher)
        addPolicies(identities, to: &dispatcher)
        return dispatcher
    }

    private static func addRoles(_ identities: Identities, to dispatcher: inout ServiceDispatcher<RequestContext>) {
        dispatcher.handle(IAM.createRole, calling(identities.createRole))
        dispatcher.handle(IAM.getRole, calling(identities.getRole))
        dispatcher.handle(IAM.listRoles, calling(identities.listRoles))
        dispatcher.handle(IAM.updateRole, calling(identities.updateRole))
        dispatcher.handle(IAM.updateRoleDescription, calling(identities.updateRoleDescription))
        dispatcher.handle(IAM.updateAssumeRolePolicy, calling(identities.updateAssumeRolePolicy))
        dispatcher.handle(IAM.deleteRole, calling(identities.deleteRole))
        dispatcher.handle(IAM.putRolePolicy, calling(identities.putRolePolicy))
        dispatcher.handle(IAM.getRolePolicy, calling(identities.getRolePolicy))
        dispatcher.handle(IAM.listRolePolicies, calling(identities.listRolePolicies))
        dispatcher.handle(IAM.deleteRolePolicy, calling(identities.deleteRolePolicy))
        dispatcher.handle(IAM.attachRolePolicy, calling(identities.attachRolePolicy))
        dispatcher.handle(IAM.detachRolePolicy, calling(identities.detachRolePolicy))
        dispatcher.handle(IAM.listAttachedRolePolicies, calling(identities.listAttachedRolePolicies))
        dispatcher.handle(IAM.putRolePermissionsBoundary, calling(identities.putRolePermissionsBoundary))
        dispatcher.handle(IAM.deleteRolePermissionsBoundary, calling(identities.deleteRolePermissionsBoundary))
        dispatcher.handle(IAM.listInstanceProfilesForRole, calling(identities.listInstanceProfilesForRole))
        dispatcher.handle(IAM.tagRole, calling(identities.tagRole))
        dispatcher.handle(IAM.untagRole, calling(identities.untagRole))
        dispatcher.handle(IAM.listRoleTags, calling(identities.listRoleTags))
    }

    private static func addPolicies(_ identities: Identities, to dispatcher: inout ServiceDispatcher<RequestContext>) {
        dispatcher.handle(IAM.createPolicy, calling(identities.createPolicy))
        dispatcher.handle(IAM.getPolicy, calling(identities.getPolicy))
        dispatcher.handle(IAM.listPolicies, calling(identities.listPolicies))
        dispatcher.handle(IAM.deletePolicy, calling(identities.deletePolicy))
        dispatcher.handle(IAM.listEntitiesForPolicy, calling(identities.listEntitiesForPolicy))
        dispatcher.handle(IAM.createPolicyVersion, calling(identities.createPolicyVersion))
        dispatcher.handle(IAM.getPolicyVersion, calling(identities.getPolicyVersion))
        dispatcher.handle(IAM.listPolicyVersions, calling(identities.listPolicyVersions))
        dispatcher.handle(IAM.setDefaultPolicyVersion, calling(identities.setDefaultPolicyVersion))
        dispatcher.handle(IAM.deletePolicyVersion, calling(identities.deletePolicyVersion))
        dispatcher.handle(IAM.tagPolicy, calling(identities.tagPolicy))
        dispatcher.handle(IAM.untagPolicy, calling(identities.untagPolicy))
        dispatcher.handle(IAM.listPolicyTags, calling(identities.listPolicyTags))
    }

    private typealias UseCase<Input, Output> = @Sendable (Input, RequestContext) throws(IdentityError) -> Output

    /// A use case whose errors are answered as AWS answers them.
    ///
    /// - Parameter isForServices: whether a service may ask at all: it owns no roles and policies.
    private static func calling<Input, Output>(
        _ useCase: @escaping UseCase<Input, Output>, isForServices: Bool = false
    ) -> @Sendable (Input, RequestContext) throws(AWSError) -> Output {
        { input, context throws(AWSError) in
            do throws(IdentityError) {
                if !isForServices { try context.admitToIdentities() }
                return try useCase(input, context)
            } catch { throw error.aws }
        }
    }
}
