/// A Swift type that stands for a shape of a service model.
public protocol AWSShape: Sendable {
    /// Takes a value; `nil` when it is of another kind.
    init?(awsValue: AWSValue)
    /// The value.
    var awsValue: AWSValue { get }
}

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
