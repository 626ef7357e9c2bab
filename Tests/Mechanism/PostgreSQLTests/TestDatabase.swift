import PostgreSQLCluster
import Store

@testable import PostgreSQL

/// A database of the test's own.
struct TestDatabase {
    let address: DatabaseAddress

    static let items = Migration("items", "CREATE TABLE item (name TEXT PRIMARY KEY, size INTEGER, data BLOB)")

    /// On the server that tests share, or on one that the test may stop.
    init(_ cluster: PostgreSQLCluster? = nil) throws {
        address = try DatabaseAddress(cluster?.newDatabase() ?? PostgreSQLCluster.newDatabase())
    }

    func storage(
        _ role: PostgreSQLRole = .server, didChange: @escaping @Sendable (PostgreSQLEvent) -> Void = { _ in }
    ) throws -> PostgreSQLStorage {
        try PostgreSQLStorage(address, role: role, didChange: didChange)
    }

    /// A connection beside all rules.
    func connect() throws -> ServerConnection { try Connector(address: address).connect() }
}

extension PostgreSQLStorage {
    func items() throws -> Database { try open("items", migrations: [TestDatabase.items]) }
}

extension Database {
    func insert(_ name: String) throws(StoreError) {
        try write { connection throws(StoreError) in
            _ = try connection.run("INSERT INTO item VALUES (?, 1, NULL)", [.text(name)])
        }
    }

    func names() throws(StoreError) -> [String] {
        try read { connection throws(StoreError) in
            try connection.all("SELECT name FROM item ORDER BY name") { $0.text(0) }
        }
    }
}
