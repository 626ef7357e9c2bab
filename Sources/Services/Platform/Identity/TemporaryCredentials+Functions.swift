internal import Glibc

extension TemporaryCredentials {
    /// How long a function's credentials work: longer than any environment is meant to live.
    private static let functionSeconds: Int64 = 7 * 86_400

    /// What a function signs with from now on, in a session of its role.
    func issue(for revision: FunctionRevision) -> Issued {
        let caller = Caller.function(revision.function, role: revision.role)
        return issue(
            account: caller.account, arn: caller.arn, userID: caller.userID, nowSeconds: Int64(time(nil)),
            durationSeconds: Self.functionSeconds)
    }
}
