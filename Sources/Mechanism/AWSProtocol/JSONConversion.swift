internal import Digest

/// Converts JSON scalars to the kind that a schema requires, or throws with the messages of AWS's deserialiser, as
/// public bug reports quote them ("NUMBER_VALUE can not be converted to a String").
enum JSONConversion {
    static func value(boolean: Bool, as schema: Schema?) throws(AWSError) -> AWSValue {
        switch schema?.kind {
        case nil, .document, .boolean: .boolean(boolean)
        case .some(let kind): throw refusal(of: boolean ? "TRUE_VALUE" : "FALSE_VALUE", as: kind)
        }
    }

    static func value(number: JSONNumber, as schema: Schema?) throws(AWSError) -> AWSValue {
        guard let double = number.double else { throw .serialization("A number is out of range.") }
        switch schema?.kind {
        case nil, .document:
            return number.isWhole ? number.integer.map(AWSValue.integer) ?? .double(double) : .double(double)
        case .double: return .double(double)
        case .timestamp: return .timestamp(double)
        case .long:
            if let integer = number.integer { return .integer(integer) }
        case .integer:
            if let integer = number.integer, Int32(exactly: integer) != nil { return .integer(integer) }
        default: break
        }
        throw refusal(of: number.isWhole ? "NUMBER_VALUE" : "DECIMAL_VALUE", as: schema?.kind ?? .string)
    }

    static func value(text: JSONText, as schema: Schema?) throws(AWSError) -> AWSValue {
        switch schema?.kind {
        case nil, .document, .string: return .string(text.string)
        case .blob: return .blob(try blob(text))
        case .timestamp:
            guard let moment = Timestamp(parsing: text.string) else { break }
            return .timestamp(moment.secondsSinceEpoch)
        case .double:
            // JSON cannot express these as numbers (Smithy, restJson1).
            if let special = ["NaN": Double.nan, "Infinity": .infinity, "-Infinity": -.infinity][text.string] {
                return .double(special)
            }
        case .boolean:
            if let boolean = Bool(text.string) { return .boolean(boolean) }
        default: break
        }
        throw refusal(of: "STRING_VALUE", as: schema?.kind ?? .string)
    }

    /// The bytes of a base64 text. Messages never show the text: the model marks such members sensitive.
    private static func blob(_ text: JSONText) throws(AWSError) -> [UInt8] {
        if let bytes = text.withUTF8({ Base64.decode(utf8: $0) }) { return bytes }
        let length = text.withUTF8 { $0.count }
        guard length.isMultiple(of: 4) else {
            throw .serialization(
                "STRING_VALUE can not be converted to a Blob: "
                    + "Base64 encoded length is expected a multiple of 4 bytes but found: \(length)")
        }
        throw .serialization("STRING_VALUE can not be converted to a Blob: Invalid Base64 character")
    }

    private static func refusal(of token: String, as kind: Schema.Kind) -> AWSError {
        switch kind {
        case .list: .serialization("Expected list or null")
        case .map: .serialization("Expected map or null")
        case .structure: .serialization("Expected null")
        case .boolean: .serialization("\(token) can not be converted to a Boolean")
        case .integer: .serialization("\(token) can not be converted to an Integer")
        case .long: .serialization("\(token) can not be converted to a Long")
        case .double: .serialization("\(token) can not be converted to a Double")
        case .string, .document: .serialization("\(token) can not be converted to a String")
        case .blob: .serialization("\(token) can not be converted to a Blob")
        case .timestamp: .serialization("\(token) can not be converted to milliseconds since epoch")
        }
    }
}

extension Schema {
    /// The schema of a list's elements; `nil` for those of a document. Throws when this is no list.
    func elementSchema() throws(AWSError) -> Schema? {
        if case .document = kind { return nil }
        guard case .list(let element) = kind else { throw .serialization("Start of list found where not expected") }
        return element()
    }

    /// Throws when this is neither a structure nor a map.
    func checkTakesObject() throws(AWSError) {
        switch kind {
        case .structure, .map, .document: break
        default: throw .serialization("Start of structure or map found where not expected.")
        }
    }
}
