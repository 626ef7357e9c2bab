internal import CPostgreSQL
public import Store

/// Where a PostgreSQL database is, and as which role to connect: a connection URL.
///
/// `postgres://user:password@host:port/database?sslmode=require`; a folder with a Unix socket is the host in the query:
/// `postgres:///database?host=/run/postgresql`. What the URL leaves out comes from libpq's variables and files
/// (`PGPASSWORD`, `~/.pgpass`). Source: <https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING>.
///
/// Its description has no password, so it may be in a log.
public struct DatabaseAddress: Hashable, Sendable, CustomStringConvertible {
    /// libpq's keywords with their values, those that are set.
    let parameters: [String: String]

    /// Reads a URL, by libpq.
    ///
    /// - Throws: An error that does not repeat the URL, which may have a password.
    public init(_ url: String) throws(StoreError) {
        // Its message is not used: it may quote the URL.
        guard let options = PQconninfoParse(url, nil) else { throw Self.unreadable }
        defer { PQconninfoFree(options) }
        var parameters: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parameters[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.parameters = parameters
        // libpq would take a part of the password for the host, port or database, and name it in its errors.
        if Self.hasPartOfPassword(parameters, url) { throw Self.unreadable }
    }

    private static let unreadable = StoreError(
        .invalid, code: "database URL",
        message: "it cannot be read; it looks like postgres://USER:PASSWORD@HOST:PORT/DATABASE, where other "
            + "characters of user and password than letters and digits are percent-encoded")

    /// Whether the URL has an `@` or a slash in its password that is not percent-encoded.
    private static func hasPartOfPassword(_ parameters: [String: String], _ url: String) -> Bool {
        // The name of an abstract socket begins with an `@`.
        (parameters["host"] ?? "").dropFirst().contains("@")
            || !(parameters["port"] ?? "").allSatisfy { $0.isNumber || $0 == "," }
            || (parameters["dbname"] ?? "").contains("@") && !url.contains("%40")
    }

    /// User, host, port and database, without the password and the other settings.
    public var description: String {
        let user = parameters["user"].map { "\($0)@" } ?? ""
        let port = parameters["port"].map { ":\($0)" } ?? ""
        return "postgres://\(user)\(parameters["host"] ?? "")\(port)/\(parameters["dbname"] ?? "")"
    }
}
