internal import AWSProtocol
internal import Digest
package import Domain

/// Issues temporary credentials, as *AssumeRole* returns them, and verifies them later.
///
/// Stateless: the session token carries the identity and the expiry, authenticated with HMAC-SHA-256 under a key of the
/// data folder; the access key and the secret are derived from them under the same key. Tokens cannot be forged, and
/// stay valid across a restart until they expire.
package struct TemporaryCredentials: Sendable {
    private let key: [UInt8]

    /// Issues and verifies credentials under a key of 32 bytes.
    package init(key: [UInt8]) {
        self.key = key
    }

    /// Temporary credentials, as the caller receives them.
    package struct Issued: Hashable, Sendable {
        /// `ASIA` and 16 letters and digits.
        package let accessKeyID: String
        /// 40 letters.
        package let secretAccessKey: String
        /// Must be sent with every request.
        package let sessionToken: String
        /// When they expire, in seconds since 1970.
        package let expiresSeconds: Int64
    }

    /// The identity that temporary credentials are for.
    package struct Identity: Hashable, Sendable {
        /// The account of the role.
        package let account: AccountID
        /// The session's ARN: `arn:aws:sts::123456789012:assumed-role/ROLE/SESSION`.
        package let arn: String
        /// The session's id: `AROA…:SESSION`.
        package let userID: String
        /// The secret that requests must be signed with.
        package let secretAccessKey: String
    }

    /// The result of verifying an access key with a token.
    package enum Resolution: Hashable, Sendable {
        /// Issued here, and not expired.
        case valid(Identity)
        /// Issued here, and expired.
        case expired
        /// Not issued here, altered, or the token of another access key.
        case invalid
    }

    /// Issues credentials that are valid from now for a duration.
    package func issue(
        account: AccountID, arn: String, userID: String, nowSeconds: Int64, durationSeconds: Int64
    ) -> Issued {
        let expires = nowSeconds + durationSeconds
        let fields: AWSValue = .list([
            .string(account.description), .string(arn), .string(userID), .string(String(expires)),
            .string(Base64.encode(HMACSHA256.makeKey(byteCount: 12))),
        ])
        let claims = JSON.encode(fields)
        return Issued(
            accessKeyID: accessKeyID(claims), secretAccessKey: secret(claims),
            sessionToken: Base64.encode(code("token", claims) + claims), expiresSeconds: expires)
    }

    /// Verifies credentials.
    package func resolve(accessKeyID: String, sessionToken: String, nowSeconds: Int64) -> Resolution {
        guard let bytes = Base64.decode(sessionToken), bytes.count > 32 else { return .invalid }
        let claims = Array(bytes[32...])
        guard HMACSHA256.areEqual(Array(bytes[..<32]), code("token", claims)),
            accessKeyID == self.accessKeyID(claims), let (identity, expires) = read(claims)
        else { return .invalid }
        return nowSeconds < expires ? .valid(identity) : .expired
    }

    /// Reads authenticated claims: ``issue(account:arn:userID:nowSeconds:durationSeconds:)`` wrote them, perhaps in
    /// another version of the server.
    private func read(_ claims: [UInt8]) -> (Identity, expires: Int64)? {
        // The reason does not matter: unreadable claims are an invalid token.
        guard case .list(let fields)? = try? JSON.decode(claims), fields.count == 5 else { return nil }
        let texts = fields.compactMap { if case .string(let text) = $0 { text } else { nil } }
        guard texts.count == 5, let account = AccountID(texts[0]), let expires = Int64(texts[3]) else { return nil }
        let identity = Identity(account: account, arn: texts[1], userID: texts[2], secretAccessKey: secret(claims))
        return (identity, expires)
    }

    private func accessKeyID(_ claims: [UInt8]) -> String { "ASIA" + AccessKeyText.letters(code("name", claims)) }

    /// 40 letters of base64, from 30 bytes.
    private func secret(_ claims: [UInt8]) -> String { Base64.encode(Array(code("secret", claims)[..<30])) }

    /// The HMAC for one purpose. Purposes are separated: the code of one reveals nothing about that of another.
    private func code(_ purpose: String, _ claims: [UInt8]) -> [UInt8] {
        HMACSHA256.code(for: Array("\(purpose):".utf8) + claims, key: key)
    }
}
