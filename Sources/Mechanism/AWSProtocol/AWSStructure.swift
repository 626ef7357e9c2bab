/// A structure of a service model. Structures are equal when their values are.
public protocol AWSStructure: AWSShape, Equatable {
    /// The structure's schema.
    static var schema: Schema { get }
    /// Converts a validated value. Never fails: a required member that is missing nevertheless is empty or zero.
    init(awsValue: AWSValue)
}

extension AWSStructure {
    /// Compares all members.
    public static func == (left: Self, right: Self) -> Bool { left.awsValue == right.awsValue }
}
