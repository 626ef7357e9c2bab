/// What a request says of its own signature: read, and not yet believed.
public struct SignatureClaim: Sendable, Hashable {
    /// Whether the claim stands in the `Authorization` header, or in the query of a presigned request.
    public enum Form: Sendable, Hashable {
        /// In the header.
        case header
        /// In the query; good for so many seconds.
        case query(expiresSeconds: Int64)
    }

    /// Where it stands.
    public let form: Form
    /// The five parts of the credential, as they were sent: access key, day, region, service and terminator.
    let credential: [String]
    /// The moment of the signature.
    public let date: SigningDate
    /// The names of the signed headers, as sent.
    let signedHeaders: [String]
    /// The signature, as sent.
    let signature: String
    /// The session token that goes with the access key.
    public let sessionToken: String?

    /// Names the secret.
    public var accessKeyID: String { credential[0] }

    /// What the signature is good for.
    public var scope: CredentialScope {
        CredentialScope(day: credential[1], region: credential[2], service: credential[3])
    }

    /// How far the clocks of caller and server may be apart.
    static let clockSkewSeconds: Int64 = 300
    /// How long a presigned request may be good for: seven days.
    static let longestExpirySeconds: Int64 = 604_800
}
