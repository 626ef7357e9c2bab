import Store
import StoreEngines
import Synchronization
import Testing

@testable import SQLite

/// What is SQLite's alone; the contract of all engines is in `StoreTests`.
@Suite struct SQLiteEngineTests {
    private let storage: TestStorage
    private let path: String

    init() throws {
        storage = try TestStorage(.sqlite)
        path = storage.folder + "/test.sqlite"
    }

    private static let items = Migration("items", "CREATE TABLE item (name TEXT PRIMARY KEY) STRICT")

    private func insert(_ name: String, into database: Database) throws {
        try database.write { connection throws(StoreError) in
            _ = try connection.run("INSERT INTO item VALUES (?)", [.text(name)])
        }
    }

    @Test func `a file that is not a database is an error`() {
        #expect(throws: StoreError.self) { try SQLiteEngine(path: "/dev/null/x") }
        #expect(throws: StoreError.self) { try SQLiteEngine(path: "/proc/self/status") }
    }

    @Test func `a file of an earlier version is made to shrink when it is opened`() throws {
        let old = try SQLiteConnection(path: path, flags: 6)  // SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        try old.execute("PRAGMA journal_mode = WAL; CREATE TABLE item (name TEXT); INSERT INTO item VALUES ('kept')")
        #expect(try old.number("PRAGMA auto_vacuum") == 0)
        let engine = try SQLiteEngine(path: path)
        let reader = try engine.openReader()
        #expect(try reader.number("PRAGMA auto_vacuum") == 2)
        #expect(try reader.number("SELECT count(*) FROM item WHERE name = 'kept'") == 1)
    }

    @Test func `a text may have a NUL`() throws {
        let database = try storage.open("test", migrations: [Self.items])
        try insert("nul\u{0}é", into: database)
        let found = try database.read { connection throws(StoreError) in
            try connection.first("SELECT name FROM item") { $0.text(0) }
        }
        #expect(found == "nul\u{0}é")
    }

    @Test func `a commit that begins the log anew is seen`() throws {
        let database = try storage.open("test", migrations: [Self.items])
        try insert("a", into: database)
        let engine = try SQLiteEngine(path: path)
        let watch = try engine.watchCommits()
        let mark = try #require(watch.mark)
        // The next commit may look like the first one.
        try engine.openReader().execute("PRAGMA wal_checkpoint(RESTART)")
        #expect(watch.mark == mark)
        try insert("b", into: database)
        #expect(watch.mark != mark)
    }

    @Test func `a transaction that SQLite has rolled back by itself reports its own error`() throws {
        let database = try storage.open("test", migrations: [Self.items])
        let error = #expect(throws: StoreError.self) {
            try database.write { connection throws(StoreError) in
                try connection.run("INSERT INTO item VALUES ('a')")
                try connection.run("INSERT OR ROLLBACK INTO item VALUES ('a')")
            }
        }
        #expect(error?.kind == .uniqueViolation)
        try insert("a", into: database)
    }

    @Test(
        arguments: [
            (2_067, .uniqueViolation), (1_555, .uniqueViolation), (787, .constraintViolation), (5, .busy), (261, .busy),
            (13, .full), (11, .damaged), (26, .damaged), (14, .damaged), (266, .damaged), (1, .invalid),
        ] as [(Int32, StoreError.Kind)])
    func `result codes have their meaning`(code: Int32, kind: StoreError.Kind) {
        #expect(StoreError(sqliteCode: code, message: "").kind == kind)
    }

    @Test func `a migration that another process applies meanwhile is applied once`() throws {
        let migrations = [Self.items, Migration("others", "CREATE TABLE other (name TEXT) STRICT")]
        _ = try storage.open("test", migrations: [Self.items])
        let path = path
        let engine = InterruptedEngine(try SQLiteEngine(path: path)) { () throws(StoreError) in
            _ = try Database(SQLiteEngine(path: path), migrations: migrations)
        }
        let database = try Database(engine, migrations: migrations)
        let applied = try database.read { connection throws(StoreError) in
            try connection.all("SELECT name FROM migration ORDER BY number") { $0.text(0) }
        }
        #expect(applied == ["items", "others"])
    }
}

/// An engine before whose first transaction that writes something else happens.
private final class InterruptedEngine: Engine {
    private let engine: SQLiteEngine
    private let interruption: Mutex<(@Sendable () throws(StoreError) -> Void)?>

    init(_ engine: SQLiteEngine, _ interruption: @escaping @Sendable () throws(StoreError) -> Void) {
        self.engine = engine
        self.interruption = Mutex(interruption)
    }

    var dialect: SQLDialect { engine.dialect }

    func read(_ body: (borrowing Connection) -> Bool) throws(StoreError) { try engine.read(body) }

    func write(_ body: (borrowing Connection) -> Bool) throws(StoreError) {
        try interruption.withLock { $0.take() }?()
        try engine.write(body)
    }

    func watchCommits() throws(StoreError) -> any CommitWatch { try engine.watchCommits() }
}
