/// One entry of a structure or map, as documents have it.
struct WireEntry {
    /// Its name on the wire.
    let name: String
    let value: AWSValue
    /// `nil` for a value that no model describes.
    let schema: Schema?
}

extension [(key: String, value: AWSValue)] {
    /// A map's entries with their schema.
    func inWireOrder(as schema: Schema?) -> [WireEntry] {
        let target: Schema? = if case .map(_, let target) = schema?.kind { target() } else { nil }
        return map { WireEntry(name: $0.key, value: $0.value, schema: target) }
    }
}

extension [String: AWSValue] {
    /// The entries with their wire names and schemas, in the order of the output: a structure's in the model's, a
    /// map's in that of their keys.
    func inWireOrder(as schema: Schema?) -> [WireEntry] {
        switch schema?.kind {
        case .structure(let described):
            described.filter { $0.location == .body }.compactMap { member in
                self[member.name].map { WireEntry(name: member.wireName, value: $0, schema: member.schema) }
            }
        case .map(_, let target):
            sorted { $0.key < $1.key }.map { WireEntry(name: $0.key, value: $0.value, schema: target()) }
        default:
            sorted { $0.key < $1.key }.map { WireEntry(name: $0.key, value: $0.value, schema: nil) }
        }
    }
}
