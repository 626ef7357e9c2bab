internal import Domain
internal import ServiceKit

/// The roles that functions run as.
///
/// Lambda refuses a role that does not exist, one that does not trust it, and one of another account. Here that begins
/// with an account's first role.
struct ExecutionRoles: Sendable {
    let directory: any RoleDirectory

    /// Checks the role of a new function, or the new role of a function.
    func check(_ role: String?, of function: FunctionID) throws(ServiceError) {
        // The model's pattern admits paths that no role has; such an ARN is not looked up.
        guard let role, let arn = RoleARN(role), try directory.hasRoles(function.account) else { return }
        guard arn.account == function.account else {
            throw ServiceError(.accessDenied, "Cross-account pass role is not allowed.")
        }
        let lambda = Caller.Principal.service(
            name: "lambda.amazonaws.com", sourceARN: FunctionARN(function).description,
            sourceAccount: function.account)
        guard try directory.isAssumable(arn, by: Caller(account: function.account, principal: lambda)) else {
            throw .invalidParameter("The role defined for the function cannot be assumed by Lambda.")
        }
    }
}
