/// One constraint of a schema, with AWS's wording.
enum Constraint {
    case maximum(Double, Measure)
    case minimum(Double, Measure)
    case pattern(Pattern)
    case allowedValues([String])

    /// What a bound limits; determines the wording too.
    enum Measure {
        case length
        case wholeValue
        case realValue
    }

    /// A schema's constraints, in the order of AWS's bracketed lists.
    static func all(of schema: Schema) -> [Constraint] {
        let measure: Measure =
            switch schema.kind {
            case .integer, .long: .wholeValue
            case .double: .realValue
            default: .length
            }
        var constraints: [Constraint] = []
        if let maximum = schema.maximum { constraints.append(.maximum(maximum, measure)) }
        if let minimum = schema.minimum { constraints.append(.minimum(minimum, measure)) }
        if let pattern = schema.pattern { constraints.append(.pattern(pattern)) }
        if !schema.allowedValues.isEmpty { constraints.append(.allowedValues(schema.allowedValues)) }
        return constraints
    }

    var isPattern: Bool {
        if case .pattern = self { true } else { false }
    }

    /// AWS's wording of the constraint.
    var message: String {
        switch self {
        case .maximum(let bound, let measure):
            "Member must have \(measure.noun) less than or equal to \(measure.formatted(bound))"
        case .minimum(let bound, let measure):
            "Member must have \(measure.noun) greater than or equal to \(measure.formatted(bound))"
        case .pattern(let pattern):
            "Member must satisfy regular expression pattern: \(pattern.source)"
        case .allowedValues(let values):
            "Member must satisfy enum value set: [\(values.joined(separator: ", "))]"
        }
    }

    func isSatisfied(by value: AWSValue) -> Bool {
        switch self {
        case .maximum(let bound, _): value.measure.map { $0 <= bound } ?? true
        case .minimum(let bound, _): value.measure.map { $0 >= bound } ?? true
        case .pattern(let pattern): if case .string(let text) = value { pattern.matches(text) } else { true }
        case .allowedValues(let values):
            switch value {
            case .string(let text): values.contains(text)
            case .list(let elements): elements.allSatisfy { $0 != .null && isSatisfied(by: $0) }
            default: true
            }
        }
    }
}

extension Constraint.Measure {
    fileprivate var noun: String { self == .length ? "length" : "value" }

    fileprivate func formatted(_ bound: Double) -> String {
        self == .realValue ? bound.description : String(Int64(bound))
    }
}

extension AWSValue {
    /// The quantity that bounds apply to: a number, or a length (of text in Unicode scalars, as in Smithy).
    fileprivate var measure: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .double(let double): double
        case .string(let text): Double(text.unicodeScalars.count)
        case .blob(let bytes): Double(bytes.count)
        case .list(let values): Double(values.count)
        case .structure(let members): Double(members.count)
        case .map(let entries): Double(entries.count)
        case .null, .boolean, .timestamp: nil
        }
    }
}

extension [Constraint] {
    func areSatisfied(by value: AWSValue) -> Bool {
        allSatisfy { $0.isSatisfied(by: value) }
    }

    /// AWS's list of the constraints of elements, keys and values.
    var bracketed: String {
        "[" + (map(\.message) + ["Member must not be null"]).joined(separator: ", ") + "]"
    }
}
