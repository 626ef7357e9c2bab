package import Catalog
internal import Domain
internal import IAMModel
internal import LinuxSystem
internal import STSModel
package import ServiceKit

/// IAM and STS: the roles and managed policies of an account, and temporary credentials for roles.
///
/// Everything is stored and returned as IAM does it. Trust policies decide which callers of other accounts may assume a
/// role. Permissions policies have no effect yet.
package struct IAMService: Service {
    private let roles: Roles
    private let rolePolicies: RolePolicies
    private let policies: ManagedPolicies
    private let versions: PolicyVersions
    private let attachments: Attachments
    private let boundaries: PermissionsBoundaries
    private let tags: Tags
    private let sessions: Sessions
    private let store: IAMStore

    /// Makes the service on the catalogue's rows.
    ///
    /// - Parameters:
    ///   - credentials: Issues the credentials of role sessions.
    ///   - nowMilliseconds: The time, in milliseconds since 1970.
    package init(
        catalog: Catalog, credentials: TemporaryCredentials,
        nowMilliseconds: @escaping @Sendable () -> Int64 = WallClock.nowMilliseconds
    ) {
        let store = IAMStore(catalog: catalog)
        self.store = store
        let clock = IAMClock(nowMilliseconds: nowMilliseconds)
        roles = Roles(store: store, clock: clock)
        rolePolicies = RolePolicies(store: store)
        policies = ManagedPolicies(store: store, clock: clock)
        versions = PolicyVersions(store: store, clock: clock)
        attachments = Attachments(store: store)
        boundaries = PermissionsBoundaries(store: store)
        tags = Tags(store: store)
        sessions = Sessions(store: store, credentials: credentials, clock: clock)
    }

    /// The roles, for services that act as them.
    package var directory: any RoleDirectory { StoredRoles(store: store) }

    /// Deletes all roles and policies. Credentials of sessions that have begun stay valid.
    package func reset() throws(ServiceError) { try store.deleteAll() }

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
        api.offer(STS.assumeRole, sessions.assumeRole)
        api.offer(STS.getCallerIdentity, sessions.getCallerIdentity)
        return api
    }

    private func offerRoles(_ api: inout ServiceAPI) {
        api.offer(IAM.createRole, roles.create)
        api.offer(IAM.getRole, roles.get)
        api.offer(IAM.listRoles, roles.list)
        api.offer(IAM.updateRole, roles.update)
        api.offer(IAM.updateRoleDescription, roles.updateDescription)
        api.offer(IAM.updateAssumeRolePolicy, roles.updateTrustPolicy)
        api.offer(IAM.deleteRole, roles.delete)
        api.offer(IAM.listInstanceProfilesForRole, roles.listInstanceProfiles)
        api.offer(IAM.putRolePolicy, rolePolicies.put)
        api.offer(IAM.getRolePolicy, rolePolicies.get)
        api.offer(IAM.listRolePolicies, rolePolicies.list)
        api.offer(IAM.deleteRolePolicy, rolePolicies.delete)
        api.offer(IAM.attachRolePolicy, attachments.attach)
        api.offer(IAM.detachRolePolicy, attachments.detach)
        api.offer(IAM.listAttachedRolePolicies, attachments.listPolicies)
        api.offer(IAM.putRolePermissionsBoundary, boundaries.put)
        api.offer(IAM.deleteRolePermissionsBoundary, boundaries.delete)
        api.offer(IAM.tagRole, tags.tagRole)
        api.offer(IAM.untagRole, tags.untagRole)
        api.offer(IAM.listRoleTags, tags.listOfRole)
    }

    private func offerPolicies(_ api: inout ServiceAPI) {
        api.offer(IAM.createPolicy, policies.create)
        api.offer(IAM.getPolicy, policies.get)
        api.offer(IAM.listPolicies, policies.list)
        api.offer(IAM.deletePolicy, policies.delete)
        api.offer(IAM.listEntitiesForPolicy, attachments.listEntities)
        api.offer(IAM.createPolicyVersion, versions.create)
        api.offer(IAM.getPolicyVersion, versions.get)
        api.offer(IAM.listPolicyVersions, versions.list)
        api.offer(IAM.setDefaultPolicyVersion, versions.setDefault)
        api.offer(IAM.deletePolicyVersion, versions.delete)
        api.offer(IAM.tagPolicy, tags.tagPolicy)
        api.offer(IAM.untagPolicy, tags.untagPolicy)
        api.offer(IAM.listPolicyTags, tags.listOfPolicy)
    }
}
