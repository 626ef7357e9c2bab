/// An enumeration of a service model. Open: values that the model does not list survive.
public protocol AWSEnumeration: AWSShape, RawRepresentable, Hashable where RawValue == String {
    /// The values that the model lists.
    static var allKnown: [Self] { get }
    /// Takes any text.
    init(rawValue: String)
}

extension AWSEnumeration {
    /// Takes a text.
    public init?(awsValue: AWSValue) {
        guard case .string(let text) = awsValue else { return nil }
        self.init(rawValue: text)
    }

    /// The text.
    public var awsValue: AWSValue { .string(rawValue) }
}
