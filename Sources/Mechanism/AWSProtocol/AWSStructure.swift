/// A structure of a service model. Two are equal when their values are.
public protocol AWSStructure: AWSShape, Equatable {
    /// The structure's schema.
    static var schema: Schema { get }
    /// Takes a validated value. Never fails: a required member that is missing all the same is empty or zero.
    init(awsValue: AWSValue)
}

extension AWSStructure {
    /// Compares all members.
    public static func == (left: Self, right: Self) -> Bool { left.awsValue == right.awsValue }
}
