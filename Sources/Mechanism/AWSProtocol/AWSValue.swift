/// A value that a schema describes: the content of a request after decoding, and of a response before encoding.
///
/// A structure's keys are the member names of the service model, not wire names. Maps share its case, but for those of
/// JSON documents, which have an order.
public enum AWSValue: Sendable {
    /// No value: a JSON `null`. Absent members of a structure have no entry.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// An integer: the model's `integer` and `long`.
    case integer(Int64)
    /// A floating-point number: the model's `float` and `double`.
    case double(Double)
    /// Text.
    case string(String)
    /// Bytes: base64 inside JSON, raw as a payload.
    case blob([UInt8])
    /// A time, in seconds since 1970-01-01T00:00:00Z.
    case timestamp(Double)
    /// Values in order.
    case list([AWSValue])
    /// A structure's members by name, or a map's entries.
    case structure([String: AWSValue])
    /// A map's entries in the order of their document, which answers keep. No key is there twice.
    case map([(key: String, value: AWSValue)])

    /// The member called `name`; `nil` when it is absent or null, or this is no structure.
    public subscript(name: String) -> AWSValue? {
        guard let value = members?[name], value != .null else { return nil }
        return value
    }

    /// A structure's members or a map's entries; `nil` for another kind.
    public var members: [String: AWSValue]? {
        switch self {
        case .structure(let members): members
        case .map(let entries): Dictionary(entries.map { ($0.key, $0.value) }) { $1 }
        default: nil
        }
    }
}

extension AWSValue: Equatable {
    /// Whether two values are equal. The order of a map does not matter.
    public static func == (one: AWSValue, other: AWSValue) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.boolean(let one), .boolean(let other)): one == other
        case (.integer(let one), .integer(let other)): one == other
        case (.double(let one), .double(let other)), (.timestamp(let one), .timestamp(let other)): one == other
        case (.string(let one), .string(let other)): one == other
        case (.blob(let one), .blob(let other)): one == other
        case (.list(let one), .list(let other)): one == other
        case (.structure(let one), .structure(let other)): one == other
        case (.map, .map), (.map, .structure), (.structure, .map): one.members == other.members
        default: false
        }
    }
}
