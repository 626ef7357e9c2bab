/// Decodes and encodes JSON documents.
public enum JSON {
    /// Decodes a document according to `schema`; without one, by the types of JSON. Strict by RFC 8259, at most 1 000
    /// levels and 500 000 values. Throws `SerializationException`.
    public static func decode(_ bytes: [UInt8], as schema: Schema? = nil) throws(AWSError) -> AWSValue {
        let result: Result<AWSValue, AWSError> = bytes.withUnsafeBytes { buffer in
            do throws(AWSError) {
                return .success(try JSONReader.read(buffer, as: schema))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Encodes a value according to `schema`: a structure's members in the model's order with their wire names, a map's
    /// entries in that of the document they are from, or of their keys. Null members are omitted.
    public static func encode(_ value: AWSValue, as schema: Schema? = nil) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value, as: schema)
        return writer.bytes
    }
}
