/// Converts a structure's members between `AWSValue` and Swift properties, for generated code.
public struct MemberValues: Sendable {
    private var members: [String: AWSValue]

    /// The members of a structure; none for another kind of value.
    public init(_ value: AWSValue) {
        members = if case .structure(let members) = value { members } else { [:] }
    }

    /// No members yet.
    public init() {
        members = [:]
    }

    /// The structure with these members.
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

    /// Sets a member; `nil` removes it.
    public mutating func set(_ name: String, _ shape: (some AWSShape)?) {
        members[name] = shape?.awsValue
    }

    /// Sets a member with bytes; `nil` removes it.
    public mutating func set(blob name: String, _ bytes: [UInt8]?) {
        members[name] = bytes.map(AWSValue.blob)
    }
}
