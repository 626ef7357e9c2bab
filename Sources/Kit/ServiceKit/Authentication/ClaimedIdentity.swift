package import Domain
package import SignatureV4

/// The identity that a request claims. Nothing is verified.
package struct ClaimedIdentity: Hashable, Sendable {
    /// The access key that the request is signed with.
    package var accessKeyID: String?
    /// The session token, `X-Amz-Security-Token`.
    package var sessionToken: String?
    /// The resource that a service acts for: `X-Amz-Source-Arn`.
    package var sourceARN: String?
    /// The account that a service acts for: `X-Amz-Source-Account`.
    package var sourceAccount: AccountID?

    /// Collects the claims of a request.
    package init(accessKeyID: String?, sessionToken: String?, sourceARN: String?, sourceAccount: AccountID?) {
        self.accessKeyID = accessKeyID
        self.sessionToken = sessionToken
        self.sourceARN = sourceARN
        self.sourceAccount = sourceAccount
    }

    /// Reads from a request's headers for what a service acts.
    package init(_ request: SignableRequest) {
        self.init(
            accessKeyID: nil, sessionToken: nil, sourceARN: request.header("X-Amz-Source-Arn"),
            sourceAccount: request.header("X-Amz-Source-Account").flatMap { AccountID($0) })
    }

    /// The service with a name, acting for the resource and the account that the request claims.
    package func service(_ name: String, account: AccountID) -> Caller {
        Caller(
            account: account,
            principal: .service(name: name, sourceARN: sourceARN, sourceAccount: sourceAccount))
    }
}
