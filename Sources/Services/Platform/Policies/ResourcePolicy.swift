internal import AWSProtocol

/// A resource-based policy: who but the owner may do what with a function, a version, an alias or a layer version.
///
/// Its text is as Lambda writes it, and that is also what is stored.
///
/// Source: "Viewing resource-based IAM policies in Lambda", Lambda developer guide.
struct ResourcePolicy: Hashable, Sendable {
    /// How long the text of a policy may be, in bytes.
    /// Source: "Lambda quotas", Lambda developer guide.
    static let limitBytes = 20_480

    /// What it allows, in the order in which it was added.
    private(set) var statements: [PolicyStatement] = []

    /// Makes a policy that allows nothing.
    init() {}

    /// Reads a policy's text.
    ///
    /// - Throws: `.service` for a text that was not written here.
    init(text: String) throws(PlatformError) {
        do {
            let value = try JSON.decode(Array(text.utf8))
            guard case .list(let list)? = value["Statement"] else { throw Self.damaged }
            statements = try list.map { value in
                guard let statement = PolicyStatement(value) else { throw Self.damaged }
                return statement
            }
        } catch {
            throw Self.damaged
        }
    }

    /// The policy as Lambda writes it.
    var text: String {
        let list = "[\(statements.map(\.json).joined(separator: ","))]"
        return PolicyStatement.object([("Version", #""2012-10-17""#), ("Id", #""default""#), ("Statement", list)])
    }

    /// Whether some statement allows a request.
    func allows(_ request: PolicyRequest) -> Bool { statements.contains { $0.allows(request) } }

    /// Adds a statement.
    ///
    /// - Throws: `.resourceConflict` when there is one of that name, `.policyTooLong` when the policy gets too long.
    mutating func add(_ statement: PolicyStatement) throws(PlatformError) {
        guard !statements.contains(where: { $0.id == statement.id }) else {
            throw PlatformError(
                .resourceConflict,
                "The statement id (\(statement.id)) provided already exists. Please provide a new statement id, or "
                    + "remove the existing statement.")
        }
        statements.append(statement)
        let size = text.utf8.count
        guard size <= Self.limitBytes else {
            throw PlatformError(
                .policyTooLong, "The final policy size (\(size)) is bigger than the limit (\(Self.limitBytes)).")
        }
    }

    /// Removes a statement.
    ///
    /// - Throws: `.resourceNotFound` when there is none of that name.
    mutating func remove(_ id: String) throws(PlatformError) {
        guard let index = statements.firstIndex(where: { $0.id == id }) else {
            throw PlatformError(.resourceNotFound, "Statement \(id) is not found in resource policy.")
        }
        statements.remove(at: index)
    }

    private static var damaged: PlatformError {
        PlatformError(.service, "A stored policy cannot be read: the catalogue is damaged.")
    }
}
