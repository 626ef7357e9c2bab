/// A message for a service that is not here: SQS, SNS, EventBridge or S3.
package struct OutgoingMessage: Sendable {
    /// The queue, topic, event bus or bucket.
    var target: String
    /// The message.
    var body: [UInt8]
    /// What it is about, by the names below.
    var attributes: [String: String]

    /// Attributes of a dead letter, by the names that its reader sees.
    ///
    /// Source: "Adding a dead-letter queue", Lambda developer guide.
    static let deadLetterAttributes = ["RequestID", "ErrorCode", "ErrorMessage"]
    /// The function that a record is of, with its qualifier.
    static let functionARN = "FunctionArn"
    /// How its invocation ended.
    static let condition = "Condition"
    /// The function's account and region.
    static let account = "Account"
    static let region = "Region"
    /// The key that a record has in a bucket.
    static let objectKey = "ObjectKey"
}

/// Hands messages to other services.
package protocol MessageSender: Sendable {
    /// Sends a message. Does not block.
    ///
    /// - Parameter answer: Called once, on any thread, with `nil` when the service has taken the message, else with the
    ///   reason, for people.
    func send(_ message: OutgoingMessage, _ answer: @escaping @Sendable (String?) -> Void)

    /// Ends what is under way.
    func stop()
}

/// A host that knows no other services.
struct NoMessageSender: MessageSender {
    /// Knows nobody.
    init() {}

    /// Says so.
    func send(_ message: OutgoingMessage, _ answer: @escaping @Sendable (String?) -> Void) {
        answer("Strata knows no endpoint for \(message.target).")
    }

    /// Has nothing to end.
    func stop() {}
}
