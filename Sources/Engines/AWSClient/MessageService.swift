/// A service that messages can be sent to.
public enum MessageService: String, CaseIterable, Hashable, Sendable {
    /// Queues: `arn:aws:sqs:REGION:ACCOUNT:QUEUE`.
    case sqs
    /// Topics: `arn:aws:sns:REGION:ACCOUNT:TOPIC`.
    case sns
    /// Event buses: `arn:aws:events:REGION:ACCOUNT:event-bus/BUS`.
    case events
    /// Buckets: `arn:aws:s3:::BUCKET`.
    case s3

    /// The environment variable for its endpoint, as AWS's own clients read it.
    ///
    /// Source: "Service-specific endpoints", AWS SDKs and Tools Reference Guide.
    public var endpointVariable: String {
        switch self {
        case .sqs: "AWS_ENDPOINT_URL_SQS"
        case .sns: "AWS_ENDPOINT_URL_SNS"
        case .events: "AWS_ENDPOINT_URL_EVENTBRIDGE"
        case .s3: "AWS_ENDPOINT_URL_S3"
        }
    }
}

/// The receiver of a message: an ARN of one of the services.
public struct MessageTarget: Hashable, Sendable {
    /// The whole ARN.
    public let arn: String
    /// The service.
    public let service: MessageService
    /// The region; empty where the ARN has none.
    public let region: String
    /// The account; empty where the ARN has none.
    public let account: String
    /// The resource: the queue, the topic, `event-bus/BUS`, the bucket.
    public let resource: String

    /// Parses an ARN; `nil` for any other service.
    public init?(_ arn: String) {
        let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", let service = MessageService(rawValue: String(parts[2])),
            !parts[5].isEmpty
        else { return nil }
        self.arn = arn
        self.service = service
        (region, account, resource) = (String(parts[3]), String(parts[4]), String(parts[5]))
    }
}
