/// No members: the input or output of an operation that has none.
public struct NoMembers: AWSStructure {
    /// A structure without members.
    public static let schema = Schema("NoMembers", .structure([]))

    /// Makes one.
    public init() {}

    /// Makes one of anything.
    public init(awsValue: AWSValue) {}

    /// A structure without members.
    public var awsValue: AWSValue { .structure([:]) }
}
