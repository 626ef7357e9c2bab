/// A call of a store that failed. It has changed nothing. It never contains bound values, because they may be secrets.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a failure means, whichever engine reports it.
    public enum Kind: Hashable, Sendable {
        /// A `UNIQUE` or `PRIMARY KEY` constraint is violated.
        case uniqueViolation
        /// Another constraint is violated: a foreign key, `NOT NULL`, `CHECK`.
        case constraintViolation
        /// The transaction met a concurrent one (PostgreSQL: 40001, 40P01). ``Database`` runs its closure again; a
        /// caller sees this only where that did not help.
        case conflict
        /// A lock of another process was not released in time.
        case busy
        /// The database cannot be reached, or has ended the connection. Whether a commit under way took effect is not
        /// known where ``StoreError/isOutcomeUnknown`` says so.
        case unavailable
        /// There is no space for it.
        case full
        /// A limit of what the store may have is reached; there is room again when what waits is done.
        case limitExceeded
        /// The disk fails, the database is none or is damaged, or a row has what this program never writes.
        case damaged
        /// The statement or its values are wrong, or it is not allowed here: a mistake of the program.
        case invalid
    }

    /// What it means.
    public let kind: Kind
    /// The engine's name for it, for people: `SQLite error 2067`, `PostgreSQL error 23505`.
    public let code: String
    /// The engine's message: names of tables and columns, never values.
    public let message: String
    /// The statement, with its placeholders; `nil` when none was involved.
    public let sql: String?
    /// Whether the connection was lost while the commit was under way, so that the changes may be durable. A caller
    /// that repeats the call must recognise its own change.
    public let isOutcomeUnknown: Bool

    /// Describes a failure.
    public init(_ kind: Kind, code: String, message: String, sql: String? = nil, isOutcomeUnknown: Bool = false) {
        self.kind = kind
        self.code = code
        self.message = message
        self.sql = sql
        self.isOutcomeUnknown = isOutcomeUnknown
    }

    /// A row has a value that this program never writes.
    public static func damagedRow(_ column: String) -> StoreError {
        StoreError(
            .damaged, code: "damaged row", message: "the column '\(column)' holds what this program does not write")
    }

    /// Whether a `UNIQUE` or `PRIMARY KEY` constraint is violated.
    public var isUniqueViolation: Bool { kind == .uniqueViolation }

    /// Whether any constraint is violated.
    public var isConstraintViolation: Bool { kind == .uniqueViolation || kind == .constraintViolation }

    /// Whether the same call may succeed later: the database is away, or others are in its way.
    public var isTemporary: Bool { [.conflict, .busy, .unavailable].contains(kind) }

    /// Code, message and statement in one line.
    public var description: String { "\(code): \(message)" + (sql.map { " in '\($0)'" } ?? "") }
}
