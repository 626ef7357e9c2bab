/// A Swift type that stands for a shape of a service model.
public protocol AWSShape: Sendable {
    /// Takes a value; `nil` when it is of another kind.
    init?(awsValue: AWSValue)
    /// The value.
    var awsValue: AWSValue { get }
}
