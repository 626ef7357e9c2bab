/// The dialects of SQL that schemas are written in. Queries are written once, in what both take
/// (docs/decisions/0027-one-seam-for-rows.md).
public enum SQLDialect: Hashable, Sendable {
    /// SQLite's.
    case sqlite
    /// PostgreSQL's.
    case postgreSQL
}
