/// Where a server's rows are.
public enum DatabaseLocation: Sendable, Hashable, CustomStringConvertible {
    /// In files of the data folder.
    case dataFolder
    /// In a PostgreSQL database, by its URL (<https://www.postgresql.org/docs/current/libpq-connect.html>).
    case postgreSQL(url: String)

    /// Reads what `--database` takes: `sqlite`, or a URL `postgres://…` or `postgresql://…`; `nil` for anything else.
    public init?(_ text: String) {
        if text == "sqlite" {
            self = .dataFolder
        } else if ["postgres://", "postgresql://"].contains(where: { text.hasPrefix($0) }) {
            self = .postgreSQL(url: text)
        } else {
            return nil
        }
    }

    /// The engine's name. Not the URL, which may have a password: `DatabaseAddress` describes the place without it.
    public var description: String {
        switch self {
        case .dataFolder: "sqlite"
        case .postgreSQL: "postgresql"
        }
    }
}
