/// A shape of a service model: what kind of value it is, and what the service demands of it.
///
/// Schemas are classes because a big service's shapes form a graph. A schema is built when first asked for, and holds
/// its targets as functions: so a server starts without building the graph, and shapes may contain themselves.
public final class Schema: Sendable {
    /// Gives a schema when it is needed.
    public typealias Reference = @Sendable () -> Schema

    /// What sort of value a schema describes.
    public enum Kind: Sendable {
        /// `true` or `false`.
        case boolean
        /// A whole number of 32 bits.
        case integer
        /// A whole number of 64 bits.
        case long
        /// A floating-point number.
        case double
        /// Text.
        case string
        /// Bytes.
        case blob
        /// A moment; `nil` means the format that is usual where it stands (body, header or query).
        case timestamp(Timestamp.Format?)
        /// Values of one schema, in order.
        case list(Reference)
        /// Values of one schema by text keys of another.
        case map(key: Reference, value: Reference)
        /// Named members.
        case structure([Member])
    }

    /// The shape's name in the model.
    public let name: String
    /// What sort of value it is.
    public let kind: Kind
    /// The least number; for text, bytes, lists and maps the least length (Unicode scalars, bytes, entries).
    public let minimum: Double?
    /// The greatest number or length, counted as `minimum` is.
    public let maximum: Double?
    /// What the whole of a text must match.
    public let pattern: Pattern?
    /// The texts that an enumeration allows; empty means any.
    public let allowedValues: [String]
    /// Whether values must never be shown, not even in an error message.
    public let isSensitive: Bool
    /// Whether a form or XML document has a list's or map's elements without an element around them.
    public let isFlattened: Bool

    /// A structure's members, in the model's order; empty for every other kind.
    public var members: [Member] {
        guard case .structure(let members) = kind else { return [] }
        return members
    }

    private let positions: [String: Int]

    /// Describes a shape. `pattern` is compiled when a value is first matched, not here.
    public init(
        _ name: String, _ kind: Kind, minimum: Double? = nil, maximum: Double? = nil, pattern: String? = nil,
        allowedValues: [String] = [], isSensitive: Bool = false, isFlattened: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.minimum = minimum
        self.maximum = maximum
        self.pattern = pattern.map(Pattern.init)
        self.allowedValues = allowedValues
        self.isSensitive = isSensitive
        self.isFlattened = isFlattened
        guard case .structure(let members) = kind else {
            positions = [:]
            return
        }
        let places = members.enumerated().filter { $1.location == .body }.map { ($1.wireName, $0) }
        positions = Dictionary(places) { first, _ in first }
    }

    /// The member that a JSON body calls `wireName`.
    func bodyMember(wireName: String) -> Member? {
        positions[wireName].map { members[$0] }
    }
}
