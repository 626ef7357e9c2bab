/// Decodes and encodes CBOR documents (RFC 8949) by schema.
enum CBOR {
    /// Decodes a document: well-formed to its last byte. Throws `SerializationException`.
    static func decode(_ bytes: [UInt8], as schema: Schema) throws(AWSError) -> AWSValue {
        let result: Result<AWSValue, AWSError> = bytes.withUnsafeBytes { buffer in
            do throws(AWSError) {
                var reader = CBORReader(buffer)
                return .success(try reader.document(as: schema))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Encodes a value: definite lengths, a structure's members in the model's order, without null members.
    static func encode(_ value: AWSValue, as schema: Schema) -> [UInt8] {
        var writer = CBORWriter()
        writer.write(value, as: schema)
        return writer.bytes
    }

    /// The kinds of a data item (RFC 8949, section 3.1).
    enum MajorType: UInt8 {
        case unsigned
        case negative
        case bytes
        case text
        case array
        case map
        case tag
        case simple
    }

    /// The tag of seconds since 1970 (RFC 8949, section 3.4.2).
    static let epochTag: UInt64 = 1
}
