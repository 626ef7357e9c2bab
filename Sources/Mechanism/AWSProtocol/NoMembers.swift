/// The empty structure: the input or output of an operation without one.
public struct NoMembers: AWSStructure {
    /// A structure without members.
    public static let schema = Schema("NoMembers", .structure([]))

    /// Makes an empty structure.
    public init() {}

    /// Makes an empty structure, whatever the value.
    public init(awsValue: AWSValue) {}

    /// A structure without members.
    public var awsValue: AWSValue { .structure([:]) }
}
