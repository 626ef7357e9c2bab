package import Catalog
package import Domain
package import SignatureV4

/// Identifies the caller by an access key of the catalogue or by temporary credentials.
///
/// Either verifies the signature, with AWS's errors in AWS's order, or trusts what the request claims. Uses the keys
/// that are in memory: where ``hasCurrentKeys`` is `false`, a thread that may wait has to call ``refreshKeys()`` first.
package struct Authenticator: Sendable {
    private let keys: CredentialDirectory
    private let sessions: TemporaryCredentials
    private let signingKeys = SigningKeyCache()

    /// Makes an authenticator for access keys and temporary credentials.
    package init(keys: CredentialDirectory, sessions: TemporaryCredentials) {
        self.keys = keys
        self.sessions = sessions
    }

    /// A request whose signature is valid.
    package struct Verified: Sendable {
        /// Who signed it.
        package let caller: Caller
        /// The region that it was signed for.
        package let region: Region
        /// The service that it was signed for, such as `lambda`.
        package let service: String
        /// The body, without the framing of its chunks.
        package let body: SignedContent
    }

    /// A request whose head is verified, and what checks its body as it arrives.
    package struct VerifiedHead: ~Copyable {
        /// Who signed it.
        package let caller: Caller
        /// The region that it was signed for.
        package let region: Region
        /// The service that it was signed for.
        package let service: String
        fileprivate let body: SignedBody

        /// The body to come.
        package consuming func takeBody() -> SignedBody { body }
    }

    /// The caller as the head of the request shows it, before the body has arrived.
    private struct Claimant {
        let claim: SignatureClaim
        let caller: Caller
        let region: Region
        let secretAccessKey: String
    }

    /// Verifies a request.
    ///
    /// - Parameters:
    ///   - service: The service that the request is for; `nil` where only the signature says which.
    ///   - nowSeconds: Seconds since 1970.
    package func verify(
        _ request: SignableRequest, body: [UInt8], service: String?, nowSeconds: Int64
    ) throws(SignatureFault) -> Verified {
        let claimant = try identify(request, service: service, nowSeconds: nowSeconds)
        let content = try claimant.claim.verify(request, body: body, key: signingKey(claimant))
        return Verified(
            caller: claimant.caller, region: claimant.region, service: claimant.claim.scope.service, body: content)
    }

    /// Verifies the head of a request whose body has not arrived. Memory only.
    ///
    /// - Returns: `nil` where only the whole body says what was signed.
    package func verifyBeforeBody(
        _ request: SignableRequest, service: String?, nowSeconds: Int64
    ) throws(SignatureFault) -> VerifiedHead? {
        let claimant = try identify(request, service: service, nowSeconds: nowSeconds)
        guard let body = try claimant.claim.verifyBeforeBody(request, key: signingKey(claimant)) else { return nil }
        return VerifiedHead(
            caller: claimant.caller, region: claimant.region, service: claimant.claim.scope.service, body: body)
    }

    private func signingKey(_ claimant: Claimant) -> SigningKey {
        signingKeys.key(secretAccessKey: claimant.secretAccessKey, scope: claimant.claim.scope)
    }

    /// Whether the keys in memory are those of the catalogue. Memory only.
    package var hasCurrentKeys: Bool { keys.isCurrent }

    /// Reads the keys where the catalogue has changed. Waits for the database.
    ///
    /// - Returns: Whether it could be read. Without keys, no signature can be verified.
    @discardableResult
    package func refreshKeys() -> Bool {
        do throws(CatalogError) {
            try keys.refresh()
            return true
        } catch {
            return false
        }
    }

    /// Checks all that can be checked before the body has arrived, so that the body of an unauthenticated request is
    /// not read. Memory only.
    ///
    /// - Returns: Whether the signature is verified; `false` where only the whole body says what was signed.
    package func checkBeforeBody(_ request: SignableRequest, nowSeconds: Int64) throws(SignatureFault) -> Bool {
        switch try verifyBeforeBody(request, service: nil, nowSeconds: nowSeconds) {
        case .some: true
        case nil: false
        }
    }

    /// The caller that a request claims to be from. Nothing is verified.
    ///
    /// An access key of twelve digits is that account, and one that is a service principal is that service. A session
    /// token issued here is its role, and a registered key is its owner. Any other key acts in the account `otherwise`.
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
        return keys.credential(key).map { Caller($0, claim) } ?? Caller(account: account)
    }

    /// Finds the credentials of a signature, and checks its date and scope.
    private func identify(
        _ request: SignableRequest, service: String?, nowSeconds: Int64
    ) throws(SignatureFault) -> Claimant {
        let claim = try SignatureClaim.read(request)
        try claim.check(nowSeconds: nowSeconds, service: service) { Region($0)?.isOfAWS ?? false }
        guard let region = Region(claim.scope.region) else { throw .unknownKey }
        guard let token = claim.sessionToken, !token.isEmpty else {
            guard let record = keys.credential(claim.accessKeyID) else { throw .unknownKey }
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
    /// The owner of a long-term key.
    package init(_ record: CredentialRecord, _ claim: ClaimedIdentity) {
        self = record.service.map { claim.service($0, account: record.account) } ?? Caller(account: record.account)
    }

    /// The session that temporary credentials are for.
    package init(_ session: TemporaryCredentials.Identity) {
        self.init(
            account: session.account, principal: .assumedRole(arn: session.arn, userID: session.userID))
    }
}
