package import Domain

/// A message for a resource of another server: an SQS queue, an SNS topic, an event bus or an S3 bucket.
package struct OutgoingMessage: Sendable {
    /// The ARN of the queue, topic, event bus or bucket.
    package var target: String
    /// The resource that the message follows from: the message is sent as its account, from its region.
    package var source: ARN
    /// The message.
    package var body: [UInt8]
    /// Parameters of the service's own message format, by the names below.
    package var attributes: [String: String]

    /// Describes a message.
    package init(target: String, source: ARN, body: [UInt8], attributes: [String: String]) {
        self.target = target
        self.source = source
        self.body = body
        self.attributes = attributes
    }

    /// Attributes with this prefix become message attributes of a queue or topic, without the prefix.
    package static let messageAttributePrefix = "Message:"
    /// The `Source` of an EventBridge event.
    package static let eventSource = "EventSource"
    /// The `DetailType` of an EventBridge event.
    package static let detailType = "DetailType"
    /// The `Resources` of an EventBridge event, separated by spaces.
    package static let resources = "Resources"
    /// The X-Ray header of a message to a queue, which SQS calls `AWSTraceHeader`.
    package static let traceHeader = "TraceHeader"
    /// The key of the message's object in a bucket.
    package static let objectKey = "ObjectKey"
}

/// Sends messages to other servers.
package protocol MessageSender: Sendable {
    /// Sends a message. Does not block.
    ///
    /// - Parameter answer: called once, on any thread: with `nil` when the service has accepted the message, else with
    ///   the reason, for people.
    func send(_ message: OutgoingMessage, _ answer: @escaping @Sendable (String?) -> Void)

    /// Ends calls in flight.
    func stop()
}
