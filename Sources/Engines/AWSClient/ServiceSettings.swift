public import SignatureV4

/// The endpoint and credentials for another service, such as the S3 that packages are read from.
public struct ServiceSettings: Hashable, Sendable {
    /// The service's endpoint.
    public var endpoint: EndpointURL
    /// The server's own credentials; `nil` signs as the calling account, with the secret `test`.
    public var credentials: SigningCredentials?

    /// A PEM file of the certificate authorities for the endpoint; `nil` for the host's.
    public var authorities: String?

    /// Collects the settings.
    ///
    /// - Parameter environment: the variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` are
    ///   the server's credentials, where the first two are set; `AWS_CA_BUNDLE` names the authorities.
    public init(endpoint: EndpointURL, environment: [String: String]) {
        self.endpoint = endpoint
        authorities = environment["AWS_CA_BUNDLE"].flatMap { $0.isEmpty ? nil : $0 }
        guard let key = environment["AWS_ACCESS_KEY_ID"], !key.isEmpty,
            let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty
        else { return }
        let token = environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        credentials = SigningCredentials(accessKeyID: key, secretAccessKey: secret, sessionToken: token)
    }

    /// The credentials for calls on behalf of an account.
    ///
    /// Local emulators read the account from the access key and take any secret.
    public func credentials(forAccount account: String) -> SigningCredentials {
        credentials ?? SigningCredentials(accessKeyID: account, secretAccessKey: "test")
    }
}
