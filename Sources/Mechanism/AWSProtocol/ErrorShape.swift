/// An error of a service model: its constant properties.
public struct ErrorShape: Sendable, Equatable {
    /// The error's name.
    public let name: String
    /// Its HTTP status.
    public let status: Int
    /// The JSON key of its message, `message` or `Message`.
    public let messageKey: String
    /// Who is at fault; `nil` where the answer does not say so.
    public let fault: AWSError.Fault?

    /// Describes an error.
    public init(_ name: String, status: Int, messageKey: String, fault: AWSError.Fault?) {
        self.name = name
        self.status = status
        self.messageKey = messageKey
        self.fault = fault
    }
}
