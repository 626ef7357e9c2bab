/// An error of a service model: its constant properties.
public struct ErrorShape: Sendable {
    /// The error's name.
    public let name: String
    /// Its HTTP status.
    public let status: Int
    /// The JSON key of its message, `message` or `Message`.
    public let messageKey: String
    /// Who is at fault; `nil` where the answer does not say so.
    public let fault: AWSError.Fault?
    /// Its name for clients of the service's former query protocol; `nil` where that is the same.
    public let queryCode: String?

    private let reference: Schema.Reference?

    /// The schema of its members; `nil` where it has no description.
    var schema: Schema? { reference?() }

    /// Describes an error.
    ///
    /// - Parameter schema: the schema of its members.
    public init(
        _ name: String, status: Int, messageKey: String, fault: AWSError.Fault?, queryCode: String? = nil,
        schema: Schema.Reference? = nil
    ) {
        reference = schema
        self.name = name
        self.status = status
        self.messageKey = messageKey
        self.fault = fault
        self.queryCode = queryCode
    }
}

extension ErrorShape: Equatable {
    /// Compares everything but the members.
    public static func == (left: ErrorShape, right: ErrorShape) -> Bool {
        left.name == right.name && left.status == right.status && left.messageKey == right.messageKey
            && left.fault == right.fault && left.queryCode == right.queryCode
    }
}
