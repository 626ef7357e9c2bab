/// A value that a schema describes: the content of a request after decoding, and of a response before encoding.
///
/// Structures and maps share one case; a structure's keys are the member names of the service model, not wire names.
public enum AWSValue: Sendable, Equatable {
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

    /// The member called `name`; `nil` when it is absent or null, or this is no structure.
    public subscript(name: String) -> AWSValue? {
        guard case .structure(let members) = self, let value = members[name], value != .null else { return nil }
        return value
    }
}
