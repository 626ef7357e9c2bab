internal import AWSProtocol

/// A resource-based policy: what callers other than the owner may do with a function, a version, an alias or a layer
/// version.
///
/// Its text is in Lambda's form, and is stored in this form.
///
/// Source: "Viewing resource-based IAM policies in Lambda", Lambda developer guide.
package struct ResourcePolicy: Hashable, Sendable {
    /// The limit of a policy's text, in bytes.
    /// Source: "Lambda quotas", Lambda developer guide.
    package static let limitBytes = 20_480

    /// The statements, in the order in which they were added.
    package private(set) var statements: [PolicyStatement] = []

    /// The reason that a policy cannot be read or changed.
    package enum Fault: Error, Hashable, Sendable {
        /// The text is not in the form that is written here.
        case damaged
        /// A statement with that identifier exists.
        case duplicateStatement(String)
        /// No statement has that identifier.
        case unknownStatement(String)
        /// The policy would exceed its limit.
        case tooLong(bytes: Int)
    }

    /// Makes a policy without statements, which allows nothing.
    package init() {}

    /// Reads a policy's text.
    ///
    /// - Throws: `.damaged`.
    package init(text: String) throws(Fault) {
        // The reason does not matter: the text is not one that was written here.
        guard let value = try? JSON.decode(Array(text.utf8)), case .list(let list)? = value["Statement"] else {
            throw .damaged
        }
        statements = try list.map { value throws(Fault) in
            guard let statement = PolicyStatement(value) else { throw .damaged }
            return statement
        }
    }

    /// The policy in Lambda's form.
    package var text: String {
        let list = "[\(statements.map(\.json).joined(separator: ","))]"
        return PolicyStatement.object([("Version", #""2012-10-17""#), ("Id", #""default""#), ("Statement", list)])
    }

    /// Whether a statement allows a request.
    package func allows(_ request: PolicyRequest) -> Bool { statements.contains { $0.allows(request) } }

    /// Adds a statement.
    ///
    /// - Throws: `.duplicateStatement` or `.tooLong`.
    package mutating func add(_ statement: PolicyStatement) throws(Fault) {
        guard !statements.contains(where: { $0.id == statement.id }) else { throw .duplicateStatement(statement.id) }
        statements.append(statement)
        let size = text.utf8.count
        guard size <= Self.limitBytes else { throw .tooLong(bytes: size) }
    }

    /// Removes a statement.
    ///
    /// - Throws: `.unknownStatement`.
    package mutating func remove(_ id: String) throws(Fault) {
        guard let index = statements.firstIndex(where: { $0.id == id }) else { throw .unknownStatement(id) }
        statements.remove(at: index)
    }
}
