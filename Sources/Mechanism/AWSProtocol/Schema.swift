/// A shape of a service model: the kind of its values and their constraints.
///
/// Schemas are classes because a large service's shapes form a graph. A schema is built on first use and refers to
/// other schemas by functions: so a server starts without building the graph, and shapes may be recursive.
public final class Schema: Sendable {
    /// A schema that is evaluated on demand.
    public typealias Reference = @Sendable () -> Schema

    /// The kind of value that a schema describes.
    public enum Kind: Sendable {
        /// `true` or `false`.
        case boolean
        /// A 32-bit integer.
        case integer
        /// A 64-bit integer.
        case long
        /// A floating-point number.
        case double
        /// Text.
        case string
        /// Bytes.
        case blob
        /// A timestamp; `nil` means the default format of its location (body, header or query).
        case timestamp(Timestamp.Format?)
        /// Values of one schema, in order.
        case list(Reference)
        /// Values of one schema, by string keys of another.
        case map(key: Reference, value: Reference)
        /// Named members.
        case structure([Member])
        /// Any JSON value.
        case document
    }

    /// The shape's name in the model.
    public let name: String
    /// The kind of its values.
    public let kind: Kind
    /// Everything else that the model says of it.
    public let traits: Traits

    /// The least number or length; see ``Traits/minimum``.
    public var minimum: Double? { traits.minimum }
    /// The greatest number or length, measured like `minimum`.
    public var maximum: Double? { traits.maximum }
    /// The pattern that a whole text must match.
    public var pattern: Pattern? { traits.pattern }
    /// The values of an enumeration; empty means any.
    public var allowedValues: [String] { traits.allowedValues }
    /// Whether values must never be shown, not even in an error message.
    public var isSensitive: Bool { traits.isSensitive }
    /// Whether a form or XML document has a list's or map's entries without an enclosing element.
    public var isFlattened: Bool { traits.isFlattened }

    /// A structure's members, in the model's order; empty for other kinds.
    public var members: [Member] {
        guard case .structure(let members) = kind else { return [] }
        return members
    }

    private let positions: [String: Int]

    /// Describes a shape. `pattern` is compiled when a value is first matched, not here.
    public convenience init(
        _ name: String, _ kind: Kind, minimum: Double? = nil, maximum: Double? = nil, pattern: String? = nil,
        allowedValues: [String] = [], isSensitive: Bool = false, isFlattened: Bool = false
    ) {
        var traits = Traits()
        traits.minimum = minimum
        traits.maximum = maximum
        traits.pattern = pattern.map(Pattern.init)
        traits.allowedValues = allowedValues
        traits.isSensitive = isSensitive
        traits.isFlattened = isFlattened
        self.init(name, kind, traits)
    }

    /// Describes a shape with all of its traits.
    public init(_ name: String, _ kind: Kind, _ traits: Traits) {
        self.name = name
        self.kind = kind
        self.traits = traits
        guard case .structure(let members) = kind else {
            positions = [:]
            return
        }
        let places = members.enumerated().filter { $1.location == .body }.map { ($1.wireName, $0) }
        positions = Dictionary(places) { first, _ in first }
    }

    /// The member with a wire name in a JSON body.
    func bodyMember(wireName: String) -> Member? {
        positions[wireName].map { members[$0] }
    }
}
