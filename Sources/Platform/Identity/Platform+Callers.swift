package import Domain
internal import Glibc

/// Who a request says that it is from, where nothing is verified.
package struct ClaimedIdentity: Hashable, Sendable {
    /// The access key that the request is signed with.
    package var accessKeyID: String?
    /// The session token that came with it.
    package var sessionToken: String?
    /// What a service acts for: `X-Amz-Source-Arn`.
    package var sourceARN: String?
    /// Whom a service acts for: `X-Amz-Source-Account`.
    package var sourceAccount: AccountID?

    /// Collects what a request says.
    package init(accessKeyID: String?, sessionToken: String?, sourceARN: String?, sourceAccount: AccountID?) {
        self.accessKeyID = accessKeyID
        self.sessionToken = sessionToken
        self.sourceARN = sourceARN
        self.sourceAccount = sourceAccount
    }
}

extension Platform {
    /// The function that runs in an environment; `nil` when the environment is gone.
    package func caller(ofEnvironment origin: UInt32) -> Caller? {
        guard let revision = pool.environment(origin)?.revision else { return nil }
        return .function(revision.function, role: revision.role)
    }

    /// Takes a request's word for who it is from.
    ///
    /// An access key of twelve digits is the account itself, and one that is the name of a service is that service. A
    /// session token that was made here is its role. Everybody else acts in the account `otherwise`.
    package func caller(claiming claim: ClaimedIdentity, otherwise account: AccountID) -> Caller {
        guard let key = claim.accessKeyID else { return Caller(account: account) }
        if let named = AccountID(key) { return Caller(account: named) }
        if Caller.isServicePrincipal(key) { return claim.service(key, account: account) }
        if let token = claim.sessionToken,
            case .valid(let session) = temporaryCredentials.resolve(
                accessKeyID: key, sessionToken: token, nowSeconds: Int64(time(nil)))
        {
            return Caller(
                account: session.account, principal: .assumedRole(arn: session.arn, userID: session.userID))
        }
        return Caller(account: account)
    }
}

extension ClaimedIdentity {
    /// The service of this name, on behalf of what the request says.
    func service(_ name: String, account: AccountID) -> Caller {
        Caller(
            account: account,
            principal: .service(name: name, sourceARN: sourceARN, sourceAccount: sourceAccount))
    }
}
