/// Checks values against the constraints of their schemas, with AWS's messages:
/// "1 validation error detected: Value 'x' at 'memorySize' failed to satisfy constraint: Member must have value …".
///
/// One message reports all violations. For a violation in a list of texts or numbers it shows the whole list, with the
/// elements' constraints in brackets; in a list of structures the path counts from 1: `tags.1.member.key`.
public enum Validator {
    /// The most violations that one message reports.
    static let reportLimit = 100

    /// Checks a value. Throws `ValidationException`, or the style's error, when it violates a constraint.
    public static func validate(
        _ value: AWSValue, by schema: Schema, style: ValidationStyle = .restJSON
    ) throws(AWSError) {
        let violations = violations(of: value, by: schema, showsValues: style.showsValues)
        guard !violations.isEmpty else { return }
        let noun = violations.count == 1 ? "error" : "errors"
        let message = "\(violations.count) validation \(noun) detected: " + violations.joined(separator: "; ")
        throw AWSError(style.errorName, status: 400, message: message)
    }

    /// All violated constraints in AWS's wording, in the order of the model's members.
    static func violations(of value: AWSValue, by schema: Schema, showsValues: Bool = true) -> [String] {
        var search = Search(showsValues: showsValues)
        search.visit(value, schema, path: "")
        return search.violations
    }

    /// A depth-first walk over a value that collects violations.
    private struct Search {
        let showsValues: Bool
        var violations: [String] = []

        /// Checks the parts of a value; the caller has checked the value's own constraints.
        mutating func visit(_ value: AWSValue, _ schema: Schema, path: String) {
            guard violations.count < Validator.reportLimit else { return }
            switch (value, schema.kind) {
            case (.structure(let members), .structure(let described)):
                for member in described { visit(members[member.name] ?? .null, member, path: path) }
            case (.list(let values), .list(let element)):
                visit(elements: values, element(), of: value, schema, path: path)
            case (_, .map(let key, let target)):
                guard let entries = value.members else { return }
                visit(entries: entries, key: key(), target: target(), of: value, schema, path: path)
            default: break
            }
        }

        private mutating func visit(_ value: AWSValue, _ member: Schema.Member, path: String) {
            let path = (path.isEmpty ? "" : path + ".") + member.name.lowercasingFirstLetter
            guard value != .null else {
                if member.isRequired { report(value, member.schema, path, "Member must not be null") }
                return
            }
            let schema = member.schema
            // AWS's order: of a single member's violations the pattern is first, of an element's the bounds.
            let broken = Constraint.all(of: schema).filter { !$0.isSatisfied(by: value) }
            for constraint in broken.sorted(by: { $0.isPattern && !$1.isPattern }) {
                report(value, schema, path, constraint.message)
            }
            visit(value, schema, path: path)
        }

        private mutating func visit(
            elements: [AWSValue], _ element: Schema, of list: AWSValue, _ schema: Schema, path: String
        ) {
            // A list with an enumeration of its own is checked as a whole.
            guard schema.allowedValues.isEmpty else { return }
            let constraints = Constraint.all(of: element)
            if elements.contains(where: { $0 == .null || !constraints.areSatisfied(by: $0) }) {
                report(list, schema, path, "Member must satisfy constraint: \(constraints.bracketed)")
            }
            guard element.hasParts else { return }
            for (index, value) in elements.enumerated() where violations.count < Validator.reportLimit {
                visit(value, element, path: "\(path).\(index + 1).member")
            }
        }

        private mutating func visit(
            entries: [String: AWSValue], key: Schema, target: Schema, of map: AWSValue, _ schema: Schema, path: String
        ) {
            let keyConstraints = Constraint.all(of: key)
            if entries.keys.contains(where: { !keyConstraints.areSatisfied(by: .string($0)) }) {
                report(map, schema, path, "Map keys must satisfy constraint: \(keyConstraints.bracketed)")
            }
            let constraints = Constraint.all(of: target)
            if entries.values.contains(where: { $0 == .null || !constraints.areSatisfied(by: $0) }) {
                report(map, schema, path, "Map value must satisfy constraint: \(constraints.bracketed)")
            }
            guard target.hasParts else { return }
            for (key, value) in entries.sorted(by: { $0.key < $1.key }) where violations.count < Validator.reportLimit {
                visit(value, target, path: "\(path).\(key).member")
            }
        }

        private mutating func report(_ value: AWSValue, _ schema: Schema, _ path: String, _ message: String) {
            guard violations.count < Validator.reportLimit else { return }
            let shown = showsValues ? Self.shown(value, schema) : ""
            violations.append("Value\(shown) at '\(path)' failed to satisfy constraint: \(message)")
        }

        private static func shown(_ value: AWSValue, _ schema: Schema) -> String {
            value == .null ? " null" : Rendering.text(of: value, schema).map { " '\($0)'" } ?? ""
        }
    }
}

/// How a service reports violated constraints.
public struct ValidationStyle: Sendable, Equatable {
    /// The error's name.
    public var errorName: String
    /// Whether the message shows the values.
    public var showsValues: Bool

    /// Describes a style.
    public init(errorName: String, showsValues: Bool) {
        self.errorName = errorName
        self.showsValues = showsValues
    }

    /// The style of services with JSON documents.
    public static let restJSON = ValidationStyle(errorName: "ValidationException", showsValues: true)
}

extension Schema {
    /// Whether values have members or elements to check.
    fileprivate var hasParts: Bool {
        switch kind {
        case .structure, .list, .map: true
        default: false
        }
    }
}

extension String {
    /// AWS's paths are Java bean names: `KMSKeyArn` becomes `kMSKeyArn`.
    fileprivate var lowercasingFirstLetter: String { prefix(1).lowercased() + dropFirst() }
}
