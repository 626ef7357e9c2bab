/// What a transaction is for.
enum TransactionKind: Hashable, Sendable {
    /// It sees one snapshot, and cannot change it.
    case read
    /// It takes effect as if no other one ran at the same time, or not at all.
    case write

    /// The statements that begin it. A transaction that writes is given its id at once: with the id, the server can be
    /// asked about it when the connection is lost during COMMIT.
    ///
    /// - Parameter schema: Has no quotation mark in it.
    func begin(schema: String) -> String {
        let path = "SET LOCAL search_path TO \"\(schema)\""
        return switch self {
        case .read: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \(path)"
        case .write: "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE; \(path); SELECT pg_current_xact_id()"
        }
    }
}
