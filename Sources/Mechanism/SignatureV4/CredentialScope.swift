/// The scope of a signing key: one day, one region and one service.
public struct CredentialScope: Hashable, Sendable, CustomStringConvertible {
    /// The last part of every scope of Signature Version 4.
    public static let terminator = "aws4_request"

    /// The day in UTC: `20150830`.
    public let day: String
    /// The region, such as `us-east-1`.
    public let region: String
    /// The service's signing name, such as `lambda`.
    public let service: String

    /// Describes a scope.
    public init(day: String, region: String, service: String) {
        self.day = day
        self.region = region
        self.service = service
    }

    /// `20150830/us-east-1/lambda/aws4_request`.
    public var description: String { "\(day)/\(region)/\(service)/\(Self.terminator)" }
}
