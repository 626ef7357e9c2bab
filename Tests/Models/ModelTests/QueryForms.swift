import Digest

@testable import AWSProtocol

/// Writes values as clients do, and reads answers as clients do: the other side of the query protocol.
enum QueryForms {
    /// A form of an input.
    static func write(_ value: AWSValue, as schema: Schema, action: String, version: String) -> String {
        var pairs = [("Action", action), ("Version", version)]
        append(value, schema, "", &pairs)
        return pairs.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }

    private static func append(
        _ value: AWSValue, _ schema: Schema, _ name: String, _ pairs: inout [(String, String)]
    ) {
        switch (value, schema.kind) {
        case (.structure, .structure(let members)):
            for member in members {
                guard let part = value[member.name] else { continue }
                append(part, member.schema, name.isEmpty ? member.wireName : "\(name).\(member.wireName)", &pairs)
            }
        case (.list(let values), .list(let element)):
            if values.isEmpty { pairs.append((name, "")) }
            for (index, value) in values.enumerated() {
                append(value, element(), "\(name).member.\(index + 1)", &pairs)
            }
        default: pairs.append((name, text(of: value)))
        }
    }

    /// Reads a result's element.
    static func read(_ tree: XMLTree, as schema: Schema) -> AWSValue {
        switch schema.kind {
        case .structure(let members):
            let values = members.compactMap { member in
                tree[member.wireName].map { (member.name, read($0, as: member.schema)) }
            }
            return .structure(Dictionary(uniqueKeysWithValues: values))
        case .list(let element): return .list(tree.children.map { read($0, as: element()) })
        case .blob: return .blob(Base64.decode(tree.text) ?? [])
        default: return AWSValue(text: tree.text, as: schema.kind) ?? .null
        }
    }

    private static func text(of value: AWSValue) -> String {
        switch value {
        case .boolean(let boolean): String(boolean)
        case .integer(let integer): String(integer)
        case .double(let double): double.description
        case .string(let text): text
        case .blob(let bytes): Base64.encode(bytes)
        case .timestamp(let seconds): Timestamp(secondsSinceEpoch: seconds).formatted(.iso8601)
        case .null, .list, .structure, .map: ""
        }
    }
}
