package import Domain

/// The roles of this server, for services that act as roles which callers pass to them: the role of a function, or of a
/// target. Reads the catalogue.
package protocol RoleDirectory: Sendable {
    /// Whether an account has any role. Without one its roles cannot be checked: people run functions without ever
    /// making a role, with any ARN, and IAM may be another server.
    func hasRoles(_ account: AccountID) throws(ServiceError) -> Bool

    /// Whether a role exists and its trust policy lets a service assume it.
    ///
    /// - Parameter service: The service, with the resource and the account that it acts for.
    func isAssumable(_ role: RoleARN, by service: Caller) throws(ServiceError) -> Bool
}
