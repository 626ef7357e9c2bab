/// A Swift type that represents a shape of a service model.
public protocol AWSShape: Sendable {
    /// Converts a value; `nil` when it is of another kind.
    init?(awsValue: AWSValue)
    /// The value.
    var awsValue: AWSValue { get }
}
