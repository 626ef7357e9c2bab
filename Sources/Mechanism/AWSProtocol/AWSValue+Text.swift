/// The texts of single values, as paths, queries, headers, forms and XML documents have them.
extension AWSValue {
    /// Decodes a single text; `nil` when it is not of the kind, or the kind has no text form.
    init?(text: String, as kind: Schema.Kind) {
        let value: AWSValue? =
            switch kind {
            case .string: .string(text)
            case .boolean: Bool(text).map(AWSValue.boolean)
            case .integer: Int32(text).map { .integer(Int64($0)) }
            case .long: Int64(text).map(AWSValue.integer)
            case .double: Double(text).map(AWSValue.double)
            case .timestamp: Timestamp(parsing: text).map { .timestamp($0.secondsSinceEpoch) }
            case .blob, .list, .map, .structure, .document: nil
            }
        guard let value else { return nil }
        self = value
    }

    /// The text; `nil` for kinds that have none.
    ///
    /// - Parameter format: of timestamps whose schema has none.
    func text(as schema: Schema?, timestamps format: Timestamp.Format) -> String? {
        switch self {
        case .boolean(let boolean): String(boolean)
        case .integer(let integer): String(integer)
        case .double(let double): double.wireText
        case .string(let text): text
        case .timestamp(let seconds):
            if case .timestamp(.some(let format)) = schema?.kind {
                Timestamp(secondsSinceEpoch: seconds).formatted(format)
            } else {
                Timestamp(secondsSinceEpoch: seconds).formatted(format)
            }
        case .null, .blob, .list, .structure, .map: nil
        }
    }
}

extension Double {
    /// The number; what no number can express by its name (Smithy, "Infinity", "-Infinity", "NaN").
    var wireText: String { isFinite ? description : isNaN ? "NaN" : self > 0 ? "Infinity" : "-Infinity" }
}
