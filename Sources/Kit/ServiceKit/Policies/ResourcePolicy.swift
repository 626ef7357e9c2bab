internal import AWSProtocol

/// A resource-based policy: who but the owner may do what with a function, a version, an alias or a layer version.
///
/// Its text is as Lambda writes it, and that is also what is stored.
///
/// Source: "Viewing resource-based IAM policies in Lambda", Lambda developer guide.
package struct ResourcePolicy: Hashable, Sendable {
    /// How long the text of a policy may be, in bytes.
    /// Source: "Lambda quotas", Lambda developer guide.
    package static let limitBytes = 20_480

    /// What it allows, in the order in which it was added.
    package private(set) var statements: [PolicyStatement] = []

    /// Why a policy cannot be read or changed.
    package enum Fault: Error, Hashable, Sendable {
        /// The text is not one that was written here.
        case damaged
        /// A statement of that name exists.
        case duplicateStatement(String)
        /// No statement has that name.
        case unknownStatement(String)
        /// The policy would exceed its limit.
        case tooLong(bytes: Int)
    }

    /// Makes a policy that allows nothing.
    package init() {}

    /// Reads a policy's text.
    ///
    /// - Throws: `.damaged`.
    package init(text: String) throws(Fault) {
        // Why it cannot be read makes no difference: such a text is not ours.
        guard let value = try? JSON.decode(Array(text.utf8)), case .list(let list)? = value["Statement"] else {
            throw .damaged
        }
        statements = try list.map { value throws(Fault) in
            guard let statement = PolicyStatement(value) else { throw .damaged }
            return statement
        }
    }

    /// The policy as Lambda writes it.
    package var text: String {
        let list = "[\(statements.map(\.json).joined(separator: ","))]"
        return PolicyStatement.object([("Version", #""2012-10-17""#), ("Id", #""default""#), ("Statement", list)])
    }

    /// Whether some statement allows a request.
    package func allows(_ request: PolicyRequest) -> Bool { statements.contains { $0.allows(request) } }

    /// Adds a statement.
    package mutating func add(_ statement: PolicyStatement) throws(Fault) {
        guard !statements.contains(where: { $0.id == statement.id }) else { throw .duplicateStatement(statement.id) }
        statements.append(statement)
        let size = text.utf8.count
        guard size <= Self.limitBytes else { throw .tooLong(bytes: size) }
    }

    /// Removes a statement.
    package mutating func remove(_ id: String) throws(Fault) {
        guard let index = statements.firstIndex(where: { $0.id == id }) else { throw .unknownStatement(id) }
        statements.remove(at: index)
    }
}
