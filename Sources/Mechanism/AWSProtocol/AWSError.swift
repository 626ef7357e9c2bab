/// An error response of a service.
public struct AWSError: Error, Sendable, Equatable {
    /// The error's name, such as `ResourceNotFoundException`, which clients match.
    public var name: String
    /// The HTTP status.
    public var status: Int
    /// What went wrong and what to do, for people.
    public var message: String
    /// The JSON key of the message: AWS writes `message` for some errors and `Message` for others.
    public var messageKey: String
    /// Who is at fault, sent as `Type`; `nil` omits it, as AWS does for errors that occur in front of the service.
    public var fault: Fault?
    /// Further members of the error's body, such as `Reason`.
    public var details: [String: AWSValue]
    /// The error's name for clients of the service's former query protocol; `nil` where that is the same.
    public var queryCode: String?
    /// The delay before a retry, sent as `Retry-After`.
    public var retryAfterSeconds: Int?

    /// Its description in a service model; `nil` for an error that is in none. One reference: decoders throw this type
    /// from deep recursions, where each of its bytes is on the stack many times.
    private var description: Description?

    /// Its schema in a service model.
    var schema: Schema? { description?.schema }

    private struct Description: Equatable {
        let schema: Schema

        static func == (left: Description, right: Description) -> Bool { left.schema === right.schema }
    }

    /// Who is at fault.
    public enum Fault: String, Sendable {
        /// The caller's.
        case user = "User"
        /// The service's.
        case server = "Server"
    }

    /// Describes an error that need not be in a service model.
    public init(
        _ name: String, status: Int, message: String, messageKey: String = "message", fault: Fault? = nil,
        details: [String: AWSValue] = [:], retryAfterSeconds: Int? = nil
    ) {
        self.name = name
        self.status = status
        self.message = message
        self.messageKey = messageKey
        self.fault = fault
        self.details = details
        self.retryAfterSeconds = retryAfterSeconds
    }

    /// An error of a service model.
    public init(
        _ shape: ErrorShape, _ message: String, details: [String: AWSValue] = [:], retryAfterSeconds: Int? = nil
    ) {
        self.init(
            shape.name, status: shape.status, message: message, messageKey: shape.messageKey, fault: shape.fault,
            details: details, retryAfterSeconds: retryAfterSeconds)
        queryCode = shape.queryCode
        description = shape.schema.map(Description.init)
    }

    /// The error as a response: `x-amzn-ErrorType` and a JSON body (Smithy, restJson1, "operation errors").
    public var response: AWSResponse {
        var entries = fields + [WireEntry(name: messageKey, value: .string(message), schema: nil)]
        if let fault { entries.append(WireEntry(name: "Type", value: .string(fault.rawValue), schema: nil)) }
        var writer = JSONWriter()
        writer.write(entries.sorted { $0.name < $1.name })
        let named = [AWSHeader("Content-Type", "application/json"), AWSHeader("x-amzn-ErrorType", name)]
        return AWSResponse(status: status, headers: named + headers, body: writer.bytes)
    }
}

extension AWSError {
    /// A request that cannot be read as its operation's input: malformed JSON, or a value of the wrong type.
    static func serialization(_ message: String) -> AWSError {
        AWSError("SerializationException", status: 400, message: message)
    }

    /// A request whose values violate constraints of the model.
    public static func validation(_ message: String) -> AWSError {
        AWSError("ValidationException", status: 400, message: message)
    }

    /// One value that violates a constraint which is not in the model, worded like the model's constraints:
    /// "1 validation error detected: Value '10241' at 'memorySize' failed to satisfy constraint: Member must have …".
    public static func validation(value: String, at path: String, constraint: String) -> AWSError {
        .validation(
            "1 validation error detected: Value '\(value)' at '\(path)' failed to satisfy constraint: \(constraint)")
    }

    /// A path of no operation. Real Lambda also responds with 404 and `UnknownOperationException`.
    public static let unknownOperation = AWSError(
        "UnknownOperationException", status: 404, message: "The requested operation is not recognized by the service.")

    /// An operation of the model that is not implemented. AWS's clients do not retry 501, so users see it at once.
    public static func notImplemented(service: String, operation: String) -> AWSError {
        AWSError(
            "NotImplementedException", status: 501,
            message: "Strata does not implement \(service):\(operation) yet.", fault: .server)
    }
}
