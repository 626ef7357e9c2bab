/// A structure that is generated from a service model: its members as a value, and a property for each.
///
/// The properties convert when they are read and written. So a structure is one reference, which costs little to copy
/// and to compile, however many members it has.
public protocol ModelStructure: AWSStructure {
    /// Its members. Those that it does not name are preserved.
    var members: MemberValues { get }
    /// Takes members.
    init(members: MemberValues)
}

extension ModelStructure {
    /// Takes a validated value.
    public init(awsValue: AWSValue) {
        self.init(members: MemberValues(awsValue))
    }

    /// The value.
    public var awsValue: AWSValue { members.awsValue }
}
