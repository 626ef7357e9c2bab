internal import Store

/// Turns the placeholders of SQLite's dialect into PostgreSQL's: `?` into `$1`, `$2` … in their order, `?7` into `$7`.
struct StatementText: Hashable, Sendable {
    /// The statement for PostgreSQL.
    let text: String
    /// The highest placeholder.
    let parameterCount: Int

    init(_ sql: String) {
        var highest = 0
        let parts = SQLToken.tokens(of: sql).map { token in
            guard case .placeholder(let text) = token else { return token.text }
            // As in SQLite, which counts from the highest number so far.
            let number = Int(text.dropFirst()) ?? highest + 1
            highest = max(highest, number)
            return "$\(number)"
        }
        text = parts.joined()
        parameterCount = highest
    }
}
