package import Catalog
package import Domain
package import SignatureV4

/// Finds out who calls, by the keys of the catalogue and by temporary credentials: verifies signatures, refusing in the
/// order in which AWS does, or takes the request's word. Does not block: keys are in memory while nobody changes the
/// catalogue.
package struct Authenticator: Sendable {
    private let keys: CredentialDirectory
    private let sessions: TemporaryCredentials
    private let signingKeys = SigningKeyCache()

    /// Finds callers by access keys and by temporary credentials.
    package init(keys: CredentialDirectory, sessions: TemporaryCredentials) {
        self.keys = keys
        self.sessions = sessions
    }

    /// A request that is what somebody signed.
    package struct Verified: Sendable {
        /// Who signed it.
        package let caller: Caller
        /// The region that it was signed for.
        package let region: Region
        /// The service that it was signed for, such as `lambda`.
        package let service: String
        /// The body, without the marks of its chunks.
        package let body: [UInt8]
    }

    /// What is known of a caller before the body is there.
    private struct Claimant {
        let claim: SignatureClaim
        let caller: Caller
        let region: Region
        let secretAccessKey: String
    }

    /// Verifies a request.
    ///
    /// - Parameters:
    ///   - service: the service that the request is for; `nil` where its signature alone says that.
    ///   - nowSeconds: seconds since 1970.
    package func verify(
        _ request: SignableRequest, body: [UInt8], service: String?, nowSeconds: Int64
    ) throws(SignatureFault) -> Verified {
        let claimant = try identify(request, service: service, nowSeconds: nowSeconds)
        let key = signingKeys.key(secretAccessKey: claimant.secretAccessKey, scope: claimant.claim.scope)
        let content = try claimant.claim.verify(request, body: body, key: key)
        return Verified(
            caller: claimant.caller, region: claimant.region, service: claimant.claim.scope.service, body: content)
    }

    /// Checks all that can be checked before the body is there: a stranger's body need not be read.
    package func checkBeforeBody(_ request: SignableRequest, nowSeconds: Int64) throws(SignatureFault) {
        _ = try identify(request, service: nil, nowSeconds: nowSeconds)
    }

    /// Takes a request's word for who it is from, where nothing is verified.
    ///
    /// An access key of twelve digits is the account itself, and one that is the name of a service is that service. A
    /// session token that was made here is its role, and a registered key is its owner. Everybody else acts in the
    /// account `otherwise`.
    package func caller(
        claiming claim: ClaimedIdentity, otherwise account: AccountID, nowSeconds: Int64
    ) -> Caller {
        guard let key = claim.accessKeyID else { return Caller(account: account) }
        if let named = AccountID(key) { return Caller(account: named) }
        if Caller.isServicePrincipal(key) { return claim.service(key, account: account) }
        if let token = claim.sessionToken,
            case .valid(let session) = sessions.resolve(
                accessKeyID: key, sessionToken: token, nowSeconds: nowSeconds)
        {
            return Caller(session)
        }
        let record = try? keys.credential(key)  // where the catalogue is broken, the use case will say so
        return record.map { Caller($0, claim) } ?? Caller(account: account)
    }

    private func identify(
        _ request: SignableRequest, service: String?, nowSeconds: Int64
    ) throws(SignatureFault) -> Claimant {
        let claim = try SignatureClaim.read(request)
        try claim.check(nowSeconds: nowSeconds, service: service) { Region($0) != nil }
        guard let region = Region(claim.scope.region) else { throw .unknownKey }
        guard let token = claim.sessionToken, !token.isEmpty else {
            let record = try? keys.credential(claim.accessKeyID)  // a broken catalogue lets nobody in
            guard let record else { throw .unknownKey }
            let caller = Caller(record, ClaimedIdentity(request))
            return Claimant(claim: claim, caller: caller, region: region, secretAccessKey: record.secretAccessKey)
        }
        switch sessions.resolve(accessKeyID: claim.accessKeyID, sessionToken: token, nowSeconds: nowSeconds) {
        case .invalid: throw .unknownKey
        case .expired: throw .expiredToken
        case .valid(let session):
            return Claimant(
                claim: claim, caller: Caller(session), region: region, secretAccessKey: session.secretAccessKey)
        }
    }
}

extension Caller {
    /// Who acts with a long-term key.
    package init(_ record: CredentialRecord, _ claim: ClaimedIdentity) {
        self = record.service.map { claim.service($0, account: record.account) } ?? Caller(account: record.account)
    }

    /// Who acts in a session of a role.
    package init(_ session: TemporaryCredentials.Identity) {
        self.init(
            account: session.account, principal: .assumedRole(arn: session.arn, userID: session.userID))
    }
}
