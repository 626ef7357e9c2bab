internal import Catalog
package import Domain
internal import Glibc

extension Platform {
    /// The function that runs in an environment; `nil` when the environment is gone.
    package func caller(ofEnvironment origin: UInt32) -> Caller? {
        guard let revision = pool.environment(origin)?.revision else { return nil }
        return .function(revision.function, role: revision.role)
    }

    /// Takes a request's word for who it is from.
    ///
    /// An access key of twelve digits is the account itself, and one that is the name of a service is that service. A
    /// session token that was made here is its role, and a registered key is its owner. Everybody else acts in the
    /// account `otherwise`.
    package func caller(claiming claim: ClaimedIdentity, otherwise account: AccountID) -> Caller {
        guard let key = claim.accessKeyID else { return Caller(account: account) }
        if let named = AccountID(key) { return Caller(account: named) }
        if Caller.isServicePrincipal(key) { return claim.service(key, account: account) }
        if let token = claim.sessionToken,
            case .valid(let session) = temporaryCredentials.resolve(
                accessKeyID: key, sessionToken: token, nowSeconds: Int64(time(nil)))
        {
            return Caller(session)
        }
        let record = try? credentials.credential(key)  // where the catalogue is broken, the use case will say so
        if let record { return Caller(record, claim) }
        return Caller(account: account)
    }

    /// What verifies signatures.
    package var authenticator: Authenticator { Authenticator(keys: credentials, sessions: temporaryCredentials) }
}
