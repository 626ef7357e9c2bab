package import FunctionExecution
internal import Glibc
internal import ServiceKit

extension TemporaryCredentials {
    /// How long a function's credentials work: longer than any environment is meant to live.
    private static let functionSeconds: Int64 = 7 * 86_400

    /// What a function signs with from now on, in a session of its role.
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
