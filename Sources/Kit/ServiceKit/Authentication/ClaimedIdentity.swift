package import Domain
package import SignatureV4

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

    /// Reads for whom a service acts.
    package init(_ request: SignableRequest) {
        self.init(
            accessKeyID: nil, sessionToken: nil, sourceARN: request.header("X-Amz-Source-Arn"),
            sourceAccount: request.header("X-Amz-Source-Account").flatMap { AccountID($0) })
    }

    /// The service of this name, on behalf of what the request says.
    package func service(_ name: String, account: AccountID) -> Caller {
        Caller(
            account: account,
            principal: .service(name: name, sourceARN: sourceARN, sourceAccount: sourceAccount))
    }
}
