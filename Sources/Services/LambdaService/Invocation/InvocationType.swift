internal import Domain

/// Whether the caller waits for the function.
enum InvocationType: String {
    /// The caller waits for the response.
    case requestResponse = "RequestResponse"
    /// The event is queued.
    case event = "Event"

    /// The longest payload, in bytes.
    var payloadBytes: Int {
        switch self {
        case .requestResponse: LambdaLimits.synchronousPayloadBytes
        case .event: LambdaLimits.asynchronousPayloadBytes
        }
    }
}
