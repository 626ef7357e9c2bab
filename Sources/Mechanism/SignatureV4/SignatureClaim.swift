/// A request's signature and its parameters: parsed, but not yet verified.
public struct SignatureClaim: Sendable, Hashable {
    /// Whether the signature is in the `Authorization` header, or in the query of a presigned request.
    public enum Form: Sendable, Hashable {
        /// In the header.
        case header
        /// In the query; valid for so many seconds.
        case query(expiresSeconds: Int64)
    }

    /// Where the signature is.
    public let form: Form
    /// The five parts of the credential, as sent: access key id, day, region, service and terminator.
    let credential: [String]
    /// The time of the signature.
    public let date: SigningDate
    /// The names of the signed headers, as sent.
    let signedHeaders: [String]
    /// The signature, as sent.
    let signature: String
    /// The session token that goes with the access key.
    public let sessionToken: String?

    /// The access key id, which identifies the secret.
    public var accessKeyID: String { credential[0] }

    /// The scope of the signature.
    public var scope: CredentialScope {
        CredentialScope(day: credential[1], region: credential[2], service: credential[3])
    }

    /// The largest difference allowed between the clocks of caller and server.
    static let clockSkewSeconds: Int64 = 300
    /// The longest validity of a presigned request: seven days.
    static let longestExpirySeconds: Int64 = 604_800
}
