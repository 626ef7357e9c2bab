/// The documents in the bodies of the protocols with HTTP bindings.
enum RestBody {
    /// JSON (Smithy, restJson1).
    case json
    /// XML (Smithy, restXml).
    ///
    /// - Parameters:
    ///   - root: the name of the element that is an input.
    ///   - namespace: what an output's element declares.
    case xml(root: String?, namespace: String?)

    /// Decodes a document that is the input's members, or a payload.
    func decode(_ bytes: [UInt8], as schema: Schema, payload: Schema.Member? = nil) throws(AWSError) -> AWSValue {
        switch self {
        case .json: return try JSON.decode(bytes, as: schema)
        case .xml(let root, _):
            let names = [payload?.wireName ?? root, schema.traits.xmlName, schema.name].compactMap { $0 }
            return try XMLDecoder.decode(bytes, as: schema, roots: Set(names))
        }
    }

    /// Encodes an output's members, or a payload.
    func encode(_ value: AWSValue, as schema: Schema, payload: Schema.Member? = nil) -> [UInt8] {
        switch self {
        case .json: return JSON.encode(value, as: schema)
        case .xml(_, let namespace):
            guard payload != nil || schema.members.contains(where: { $0.location == .body }) else { return [] }
            var writer = XMLWriter(declares: true)
            let usual = schema.traits.xmlName ?? schema.name
            let name = payload.map { $0.wireName == $0.name ? usual : $0.wireName } ?? usual
            writer.root(name, value, schema, namespace: namespace)
            return writer.bytes
        }
    }

    /// The media type of the documents.
    var contentType: String {
        switch self {
        case .json: "application/json"
        case .xml: "application/xml"
        }
    }
}
