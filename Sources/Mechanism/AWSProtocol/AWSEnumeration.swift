/// An enumeration of a service model. It is open: values that the model does not list are preserved.
public protocol AWSEnumeration: AWSShape, RawRepresentable, Hashable where RawValue == String {
    /// Makes a value of any text.
    init(rawValue: String)
}

extension AWSEnumeration {
    /// Makes a value of a string; `nil` for another kind.
    public init?(awsValue: AWSValue) {
        guard case .string(let text) = awsValue else { return nil }
        self.init(rawValue: text)
    }

    /// The text.
    public var awsValue: AWSValue { .string(rawValue) }
}
