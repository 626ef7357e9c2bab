internal import AWSProtocol
internal import Digest
package import Domain

/// Makes temporary credentials, as *AssumeRole* returns them, and recognises them later.
///
/// Nothing is stored: the session token carries who it is for and until when, with a code over both under a key of the
/// data folder (HMAC-SHA-256); the access key and the secret are derived from it under the same key. So a token cannot
/// be made or altered by others, and works across a restart until it expires.
package struct TemporaryCredentials: Sendable {
    private let key: [UInt8]

    /// Makes and recognises credentials under a key, of 32 bytes.
    package init(key: [UInt8]) {
        self.key = key
    }

    /// Temporary credentials, as a caller gets them.
    package struct Issued: Hashable, Sendable {
        /// `ASIA` and 16 letters and digits.
        package let accessKeyID: String
        /// 40 letters.
        package let secretAccessKey: String
        /// Has to be sent with every request.
        package let sessionToken: String
        /// When they stop working, in seconds since 1970.
        package let expiresSeconds: Int64
    }

    /// Who acts with temporary credentials.
    package struct Identity: Hashable, Sendable {
        /// The account of the role.
        package let account: AccountID
        /// The session's ARN: `arn:aws:sts::123456789012:assumed-role/ROLE/SESSION`.
        package let arn: String
        /// The session's id: `AROA…:SESSION`.
        package let userID: String
        /// The secret that requests have to be signed with.
        package let secretAccessKey: String
    }

    /// What an access key with a token turns out to be.
    package enum Resolution: Hashable, Sendable {
        /// Somebody's, and still good.
        case valid(Identity)
        /// Somebody's, but its time is over.
        case expired
        /// Not made here, altered, or the token of another access key.
        case invalid
    }

    /// Makes credentials that work from now on for a while.
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

    /// Recognises credentials.
    package func resolve(accessKeyID: String, sessionToken: String, nowSeconds: Int64) -> Resolution {
        guard let bytes = Base64.decode(sessionToken), bytes.count > 32 else { return .invalid }
        let claims = Array(bytes[32...])
        guard HMACSHA256.areEqual(Array(bytes[..<32]), code("token", claims)),
            accessKeyID == self.accessKeyID(claims), let (identity, expires) = read(claims)
        else { return .invalid }
        return nowSeconds < expires ? .valid(identity) : .expired
    }

    /// Reads claims whose code was right: written by ``issue(account:arn:userID:nowSeconds:durationSeconds:)``, perhaps
    /// of another version.
    private func read(_ claims: [UInt8]) -> (Identity, expires: Int64)? {
        // Why they cannot be read makes no difference: such a token is not ours.
        guard case .list(let fields)? = try? JSON.decode(claims), fields.count == 5 else { return nil }
        let texts = fields.compactMap { if case .string(let text) = $0 { text } else { nil } }
        guard texts.count == 5, let account = AccountID(texts[0]), let expires = Int64(texts[3]) else { return nil }
        let identity = Identity(account: account, arn: texts[1], userID: texts[2], secretAccessKey: secret(claims))
        return (identity, expires)
    }

    private func accessKeyID(_ claims: [UInt8]) -> String { "ASIA" + AccessKeyText.letters(code("name", claims)) }

    /// 30 bytes are 40 letters of base64.
    private func secret(_ claims: [UInt8]) -> String { Base64.encode(Array(code("secret", claims)[..<30])) }

    /// A code for one purpose: the purposes' codes tell nothing of each other.
    private func code(_ purpose: String, _ claims: [UInt8]) -> [UInt8] {
        HMACSHA256.code(for: Array("\(purpose):".utf8) + claims, key: key)
    }
}
