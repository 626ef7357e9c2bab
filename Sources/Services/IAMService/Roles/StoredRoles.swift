internal import Domain
internal import IAMModel
internal import ServiceKit

/// The stored roles, as other services see them.
struct StoredRoles: RoleDirectory {
    let store: IAMStore

    func hasRoles(_ account: AccountID) throws(ServiceError) -> Bool {
        try !store.roles(of: account, pathPrefix: "/", after: "", limit: 1).isEmpty
    }

    func isAssumable(_ role: RoleARN, by service: Caller) throws(ServiceError) -> Bool {
        guard let document = try store.role(role) else { return false }
        let trust = try PolicyText(trust: document.role.assumeRolePolicyDocument ?? "")
        return trust.trusts(TrustRequest(caller: service, externalID: nil, partition: "aws"))
    }
}
