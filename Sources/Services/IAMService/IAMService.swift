package import Catalog
internal import Domain
internal import IAMModel
internal import STSModel
package import ServiceKit

/// IAM and STS: who exists in an account, and credentials for roles. Roles and managed policies are stored and
/// answered; trust policies decide who may assume a role, and what other policies allow has no effect yet.
package struct IAMService: Service {
    private let identities: Identities

    /// Makes the service on the catalogue's rows.
    package init(catalog: Catalog, credentials: TemporaryCredentials) {
        identities = Identities(catalog: catalog, credentials: credentials)
    }

    /// IAM's API and STS's.
    package var apis: [ServiceAPI] { [iam, sts] }

    private var iam: ServiceAPI {
        var api = ServiceAPI(
            IAM.service, requestLimitBytes: IdentityLimits.requestBytes,
            admission: { context throws(ServiceError) in try context.refuseServices() })
        offerRoles(&api)
        offerPolicies(&api)
        return api
    }

    private var sts: ServiceAPI {
        var api = ServiceAPI(STS.service, requestLimitBytes: IdentityLimits.requestBytes)
        api.offer(STS.assumeRole, identities.assumeRole)
        api.offer(STS.getCallerIdentity, identities.getCallerIdentity)
        return api
    }

    private func offerRoles(_ api: inout ServiceAPI) {
        api.offer(IAM.createRole, identities.createRole)
        api.offer(IAM.getRole, identities.getRole)
        api.offer(IAM.listRoles, identities.listRoles)
        api.offer(IAM.updateRole, identities.updateRole)
        api.offer(IAM.updateRoleDescription, identities.updateRoleDescription)
        api.offer(IAM.updateAssumeRolePolicy, identities.updateAssumeRolePolicy)
        api.offer(IAM.deleteRole, identities.deleteRole)
        api.offer(IAM.putRolePolicy, identities.putRolePolicy)
        api.offer(IAM.getRolePolicy, identities.getRolePolicy)
        api.offer(IAM.listRolePolicies, identities.listRolePolicies)
        api.offer(IAM.deleteRolePolicy, identities.deleteRolePolicy)
        api.offer(IAM.attachRolePolicy, identities.attachRolePolicy)
        api.offer(IAM.detachRolePolicy, identities.detachRolePolicy)
        api.offer(IAM.listAttachedRolePolicies, identities.listAttachedRolePolicies)
        api.offer(IAM.putRolePermissionsBoundary, identities.putRolePermissionsBoundary)
        api.offer(IAM.deleteRolePermissionsBoundary, identities.deleteRolePermissionsBoundary)
        api.offer(IAM.listInstanceProfilesForRole, identities.listInstanceProfilesForRole)
        api.offer(IAM.tagRole, identities.tagRole)
        api.offer(IAM.untagRole, identities.untagRole)
        api.offer(IAM.listRoleTags, identities.listRoleTags)
    }

    private func offerPolicies(_ api: inout ServiceAPI) {
        api.offer(IAM.createPolicy, identities.createPolicy)
        api.offer(IAM.getPolicy, identities.getPolicy)
        api.offer(IAM.listPolicies, identities.listPolicies)
        api.offer(IAM.deletePolicy, identities.deletePolicy)
        api.offer(IAM.listEntitiesForPolicy, identities.listEntitiesForPolicy)
        api.offer(IAM.createPolicyVersion, identities.createPolicyVersion)
        api.offer(IAM.getPolicyVersion, identities.getPolicyVersion)
        api.offer(IAM.listPolicyVersions, identities.listPolicyVersions)
        api.offer(IAM.setDefaultPolicyVersion, identities.setDefaultPolicyVersion)
        api.offer(IAM.deletePolicyVersion, identities.deletePolicyVersion)
        api.offer(IAM.tagPolicy, identities.tagPolicy)
        api.offer(IAM.untagPolicy, identities.untagPolicy)
        api.offer(IAM.listPolicyTags, identities.listPolicyTags)
    }
}
