package import FunctionExecution
internal import Glibc
internal import ServiceKit

extension TemporaryCredentials {
    /// How long a function's credentials are valid: longer than environments live.
    private static let functionSeconds: Int64 = 7 * 86_400

    /// Issues credentials for a function, in a session of its role.
    package func credentials(of revision: FunctionRevision) -> FunctionCredentials {
        let caller = Caller.function(revision.function, role: revision.role)
        let issued = issue(
            account: caller.account, arn: caller.arn, userID: caller.userID, nowSeconds: Int64(time(nil)),
            durationSeconds: Self.functionSeconds)
        return FunctionCredentials(
            accessKeyID: issued.accessKeyID, secretAccessKey: issued.secretAccessKey,
            sessionToken: issued.sessionToken)
    }
}
