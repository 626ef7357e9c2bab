/// A message for a service that is not here: SQS, SNS, EventBridge or S3.
package struct OutgoingMessage: Sendable {
    /// The queue, topic, event bus or bucket.
    package var target: String
    /// The message.
    package var body: [UInt8]
    /// What it is about: `RequestID`, `ErrorCode` and `ErrorMessage` of a dead letter; `FunctionArn` and `Condition` of
    /// a record.
    package var attributes: [String: String]
}

/// Hands messages to other services.
package protocol MessageSender: Sendable {
    /// Sends a message. Does not block.
    ///
    /// - Parameter answer: Called once, on any thread, with `nil` when the service has taken the message, else with the
    ///   reason, for people.
    func send(_ message: OutgoingMessage, _ answer: @escaping @Sendable (String?) -> Void)
}

/// A host that knows no other services.
package struct NoMessageSender: MessageSender {
    /// Knows nobody.
    package init() {}

    /// Says so.
    package func send(_ message: OutgoingMessage, _ answer: @escaping @Sendable (String?) -> Void) {
        answer("Strata knows no endpoint for \(message.target).")
    }
}
