/// A structure's members on their way between `AWSValue` and Swift properties; what generated code is written in.
public struct MemberValues: Sendable {
    private var members: [String: AWSValue]

    /// The members of a structure; none of anything else.
    public init(_ value: AWSValue) {
        members = if case .structure(let members) = value { members } else { [:] }
    }

    /// No members yet.
    public init() {
        members = [:]
    }

    /// The structure of these members.
    public var awsValue: AWSValue { .structure(members) }

    /// The member called `name`; `nil` when it is absent, null or of another kind.
    public func callAsFunction<Shape: AWSShape>(_ name: String) -> Shape? {
        guard let value = members[name], value != .null else { return nil }
        return Shape(awsValue: value)
    }

    /// The bytes called `name`.
    public func blob(_ name: String) -> [UInt8]? {
        if case .blob(let bytes) = members[name] { bytes } else { nil }
    }

    /// Sets a member; `nil` leaves it out.
    public mutating func set(_ name: String, _ shape: (some AWSShape)?) {
        members[name] = shape?.awsValue
    }

    /// Sets bytes; `nil` leaves them out.
    public mutating func set(blob name: String, _ bytes: [UInt8]?) {
        members[name] = bytes.map(AWSValue.blob)
    }
}
