/// AWS's own endpoints.
public enum AWSEndpoint {
    /// The endpoint of a service in a region; `nil` where the region cannot be part of a host's name.
    ///
    /// Source: <https://docs.aws.amazon.com/general/latest/gr/rande.html>.
    public static func url(of service: String, in region: String) -> EndpointURL? {
        guard region.utf8.allSatisfy({ $0 == 45 || $0 > 47 && $0 < 58 || $0 > 96 && $0 < 123 }) else { return nil }
        return EndpointURL("https://\(service).\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")")
    }
}
