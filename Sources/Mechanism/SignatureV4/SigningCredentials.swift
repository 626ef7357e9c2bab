/// The credentials that a request is signed with.
public struct SigningCredentials: Sendable, Hashable {
    /// The access key id, which identifies the secret.
    public var accessKeyID: String
    /// The secret, which is never sent.
    public var secretAccessKey: String
    /// The session token of temporary credentials; `nil` for permanent ones.
    public var sessionToken: String?

    /// Makes credentials.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}
