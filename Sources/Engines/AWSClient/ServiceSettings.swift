/// How another service is reached, such as the S3 that packages are read from.
public struct ServiceSettings: Hashable, Sendable {
    /// The service's endpoint.
    public var endpoint: EndpointURL
    /// A PEM file of the certificate authorities for the endpoint; `nil` for the host's.
    public var authorities: String?

    /// Collects the settings.
    ///
    /// - Parameter environment: `AWS_CA_BUNDLE` names the authorities.
    public init(endpoint: EndpointURL, environment: [String: String]) {
        self.endpoint = endpoint
        authorities = environment["AWS_CA_BUNDLE"].flatMap { $0.isEmpty ? nil : $0 }
    }
}
