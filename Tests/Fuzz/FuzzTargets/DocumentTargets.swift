import CJansson

@testable import AWSProtocol

/// Documents of clients and functions: JSON, CBOR and XML.
extension FuzzTarget {
    /// The validator, the reader and Jansson agree; what is read is written, and read as the same.
    static let json = FuzzTarget("json") { input in
        let fault = JSONValidator.syntaxError(in: input)
        let isValid = JSONValidator.isValid(input)
        try expect(isValid == (fault == nil), "a document is valid and has a syntax error")
        if let fault {
            try expect(0...input.count ~= fault.offset, "the error is at \(fault.offset)")
        }
        if fault?.description.contains("nesting depth") != true, let judgement = Jansson.accepts(input) {
            try expect(judgement == isValid, "Jansson's judgement is \(judgement)")
        }
        let value = try readJSON(input, as: nil, isValid)
        if value == nil, isValid { try checkRefusal(of: input) }
        _ = try readJSON(input, as: SampleSchema.everything, isValid)
    }

    private static func readJSON(
        _ input: UnsafeRawBufferPointer, as schema: Schema?, _ isValid: Bool
    ) throws -> AWSValue? {
        let value: AWSValue
        do throws(AWSError) { value = try JSONReader.read(input, as: schema) } catch {
            try expect(error.status == 400, "the error is \(error)")
            return nil
        }
        try expect(isValid, "an invalid document is read")
        let written = JSON.encode(value, as: schema)
        try expect(written.withUnsafeBytes { JSONValidator.isValid($0) }, "what is written is not JSON")
        let again = try JSON.decode(written, as: schema)
        try expect(JSON.encode(again, as: schema) == written, "what is written is read as another value")
        if schema == nil { try expect(again.isLike(value), "what is written is read as another value") }
        return value
    }

    /// Numbers out of range and too many values are all that the reader may refuse of a valid document.
    private static func checkRefusal(of input: UnsafeRawBufferPointer) throws {
        do throws(AWSError) { _ = try JSONReader.read(input, as: nil) } catch {
            let isLimit = error.message.contains("out of range") || error.message.contains("more than")
            try expect(isLimit, "a valid document is refused: \(error.message)")
        }
    }

    /// What is read is written, and read as the same.
    static let cbor = FuzzTarget("cbor") { input in
        let schema = SampleSchema.everything
        let value: AWSValue
        do throws(AWSError) {
            var reader = CBORReader(input)
            value = try reader.document(as: schema)
        } catch {
            try expect(error.status == 400, "the error is \(error)")
            return
        }
        let written = CBOR.encode(value, as: schema)
        let again = try CBOR.decode(written, as: schema)
        try expect(again.isLike(value) && CBOR.encode(again, as: schema) == written, "\(value) is read as \(again)")
    }

    /// A tree has no more text than the document; what is read by schema is written, and read as the same.
    static let xml = FuzzTarget("xml") { input in
        let (bytes, schema) = (Array(input), SampleSchema.everything)
        let root: XMLElement
        do throws(XMLReader.Fault) { root = try XMLReader.read(bytes) } catch { return }
        // A character is one byte in an encoding such as ISO-8859-1 and two in UTF-8, or two in UTF-16 and three.
        try expect(root.textBytes <= 2 * input.count, "\(input.count) bytes have \(root.textBytes) of text")
        let value: AWSValue
        do throws(AWSError) { value = try XMLDecoder.decode(root, as: schema) } catch {
            try expect(error.name == "MalformedXML", "the error is \(error)")
            return
        }
        let written = document(of: value)
        let again = try XMLDecoder.decode(written, as: schema, roots: ["Everything"])
        try expect(again.isLike(value.asWritten), "\(value) is read as \(again)")
        try expect(document(of: again) == written, "what is written is read as another value")
    }

    private static func document(of value: AWSValue) -> [UInt8] {
        var writer = XMLWriter(declares: true)
        writer.root("Everything", value, SampleSchema.everything, namespace: "urn:lobby")
        return writer.bytes
    }
}

extension AWSValue {
    /// The value with moments rounded to the milliseconds that XML has, within the years that it has.
    fileprivate var asWritten: AWSValue {
        switch self {
        case .timestamp(let seconds):
            .timestamp(min(max((seconds * 1000).rounded() / 1000, -62_135_596_800), 253_402_300_799))
        case .list(let values): .list(values.map(\.asWritten))
        case .structure(let members): .structure(members.mapValues(\.asWritten))
        default: self
        }
    }
}

extension XMLElement {
    /// The bytes of all names and texts in it.
    fileprivate var textBytes: Int {
        let own = name.utf8.count + text.utf8.count
        return attributes.reduce(own) { $0 + $1.name.utf8.count + $1.value.utf8.count }
            + children.reduce(0) { $0 + $1.textBytes }
    }
}

/// The judge of JSON.
private enum Jansson {
    /// Whether a text is JSON; `nil` where Jansson is stricter than the RFC (lone surrogates, numbers out of range of
    /// C's types) or laxer (NUL behind a number).
    static func accepts(_ input: UnsafeRawBufferPointer) -> Bool? {
        guard !input.contains(0) else { return nil }
        var error = json_error_t()
        let flags = Int(JSON_DECODE_ANY) | Int(JSON_ALLOW_NUL)
        let start = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard let start, !input.isEmpty else { return false }
        if let document = json_loadb(start, input.count, flags, &error) {
            json_delete(document)
            return true
        }
        let text = withUnsafeBytes(of: error.text) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return ["Unicode", "too big", "too large", "overflow", "depth"].contains { text.contains($0) } ? nil : false
    }
}
