internal import Catalog
internal import Domain
internal import ServiceKit

/// The roles that functions run as.
///
/// Lambda refuses a role that does not exist, and one of another account. Here that begins with an account's first
/// role: people run functions without ever making one, with any ARN as the role, and IAM may be another server.
struct ExecutionRoles: Sendable {
    let store: LambdaStore

    /// Checks the role of a new function, or the new role of a function.
    func check(_ role: String?, of function: FunctionID) throws(ServiceError) {
        // The model's pattern admits paths that no role has; such an ARN is not looked up.
        guard let role, let arn = RoleARN(role), try hasRoles(function.account) else { return }
        guard arn.account == function.account else {
            throw ServiceError(.accessDenied, "Cross-account pass role is not allowed.")
        }
        let id = EntityID(.role, account: arn.account, name: arn.name)
        let record = try store.converting { try self.store.catalog.identities.entity(id) }
        guard record?.path == arn.path else {
            throw .invalidParameter("The role defined for the function cannot be assumed by Lambda.")
        }
    }

    private func hasRoles(_ account: AccountID) throws(ServiceError) -> Bool {
        try store.converting { try !self.store.catalog.identities.entities(.role, account: account, limit: 1).isEmpty }
    }
}
