/// A structure's members by name, which generated properties read and write.
public struct MemberValues: Sendable {
    private var members: [String: AWSValue]

    /// The members of a structure, without those that are null; none for another kind of value.
    public init(_ value: AWSValue) {
        guard case .structure(let members) = value else {
            self.members = [:]
            return
        }
        self.members = members.values.contains(.null) ? members.filter { $0.value != .null } : members
    }

    /// No members yet.
    public init() {
        members = [:]
    }

    /// The structure with these members.
    public var awsValue: AWSValue { .structure(members) }

    /// The member called `name`; `nil` when it is absent or of another kind.
    @inline(never) @_semantics("optimize.sil.specialize.generic.never")
    public func callAsFunction<Shape: AWSShape>(_ name: String) -> Shape? {
        members[name].flatMap(Shape.init(awsValue:))
    }

    /// The required member called `name`; empty or zero when it is missing nevertheless.
    @inline(never) @_semantics("optimize.sil.specialize.generic.never")
    public func callAsFunction<Shape: AWSShape>(_ name: String, or empty: @autoclosure () -> Shape) -> Shape {
        self(name) ?? empty()
    }

    /// The bytes called `name`.
    @inline(never)
    public func blob(_ name: String) -> [UInt8]? {
        if case .blob(let bytes) = members[name] { bytes } else { nil }
    }

    /// Sets a member; `nil` removes it.
    @inline(never) @_semantics("optimize.sil.specialize.generic.never")
    public mutating func set(_ name: String, _ shape: (some AWSShape)?) {
        members[name] = shape?.awsValue
    }

    /// Sets a member with bytes; `nil` removes it.
    @inline(never)
    public mutating func set(blob name: String, _ bytes: [UInt8]?) {
        members[name] = bytes.map(AWSValue.blob)
    }
}
