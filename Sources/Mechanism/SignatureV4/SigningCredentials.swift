/// What a request is signed with.
public struct SigningCredentials: Sendable, Hashable {
    /// Names the secret.
    public var accessKeyID: String
    /// The secret, which is never sent.
    public var secretAccessKey: String
    /// Goes with temporary credentials.
    public var sessionToken: String?

    /// Collects credentials.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}
