internal import Store

/// A statement that the server has parsed.
struct PreparedStatement: Hashable, Sendable {
    /// Its name on its connection.
    let name: String
    /// The types of its parameters.
    let parameterTypes: [UInt32]

    /// Whether values can be sent in the form that its parameters have.
    func takes(_ values: [StoreValue]) -> Bool {
        values.count == parameterTypes.count
            && zip(values, parameterTypes).allSatisfy { $0 == .null || $0.typeID == $1 }
    }
}

/// The statements that are prepared on one connection. The same text may be there several times, where NULL in one call
/// has had the server choose a type that a value of a later call does not have.
struct PreparedStatements: Sendable {
    /// What a statement belongs to: the same text means other tables in another schema.
    struct Key: Hashable, Sendable {
        let schema: String
        let sql: String
    }

    private var byKey: [Key: [PreparedStatement]] = [:]
    private var count = 0
    private var lastNumber = 0

    /// More distinct statements than this are a mistake (values inside SQL text): all are dropped then.
    private static let maximumCount = 500

    init() {}

    /// Starts anew on a connection that may still have the statements of `other`: their names are not given again.
    init(after other: PreparedStatements) { lastNumber = other.lastNumber }

    /// Whether there is no room for another one.
    var isFull: Bool { count >= Self.maximumCount }

    /// The statement for a text that takes these values.
    func find(_ key: Key, _ values: [StoreValue]) -> PreparedStatement? { byKey[key]?.first { $0.takes(values) } }

    /// A name that no statement has.
    mutating func nextName() -> String {
        lastNumber += 1
        return "s\(lastNumber)"
    }

    /// Keeps a statement.
    mutating func add(_ statement: PreparedStatement, _ key: Key) {
        byKey[key, default: []].append(statement)
        count += 1
    }
}
