import StoreEngines
import Synchronization
import Testing

@testable import Store

@Suite(.onEveryEngine) struct DatabaseTests {
    private let file: TestDatabase

    init() throws {
        file = try TestDatabase()
    }

    @Test func `written rows are there when the file is opened again`() throws {
        do {
            let database = try file.open()
            try database.write { connection throws(StoreError) in
                _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", ["a", 7, .blob([0, 255])])
            }
        }
        let row = try file.open().read { connection throws(StoreError) in
            try connection.first("SELECT * FROM item") { [$0.text(0), "\($0.integer(1))", "\($0.blob(2))"] }
        }
        #expect(row == ["a", "7", "[0, 255]"])
    }

    @Test func `values are read as they were written`() throws {
        let database = try file.open()
        let name = "zero é 🦉 '; DROP TABLE item; --"
        try database.write { connection throws(StoreError) in
            _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", [.text(name), .integer(.min), .blob([])])
            _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", ["null", nil, nil])
        }
        let found = try database.read { connection throws(StoreError) in
            try connection.all("SELECT * FROM item ORDER BY name DESC") { row throws(StoreError) in
                "\(row.text(0)) \(row.integer(1)) \(row.isNull(1)) \(row.blob(2).count) \(row.isNull(2))"
            }
        }
        #expect(found == ["\(name) \(Int.min) false 0 false", "null 0 true 0 true"])
    }

    @Test func `a transaction that throws changes nothing`() throws {
        let database = try file.open()
        let stop = StoreError(.invalid, code: "test", message: "stop")
        #expect(throws: stop) {
            try database.write { connection throws(StoreError) in
                try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
                throw stop
            }
        }
        #expect(try count(in: database) == 0)
        try database.write { connection throws(StoreError) in
            _ = try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
        }
        #expect(try count(in: database) == 1)
    }

    @Test func `a violated constraint is reported by its code, without values`() throws {
        let database = try file.open()
        let insert = { () throws(StoreError) in
            try database.write { connection throws(StoreError) in
                _ = try connection.run("INSERT INTO item VALUES (?, 1, NULL)", ["secret"])
            }
        }
        try insert()
        let error = #expect(throws: StoreError.self) { try insert() }
        #expect(error?.kind == .uniqueViolation)
        #expect(error?.isConstraintViolation == true)
        #expect(error?.sql == "INSERT INTO item VALUES (?, 1, NULL)")
        #expect(error?.description.contains("secret") == false)
    }

    @Test func `a wrong statement, a wrong count of values and a write in a reader are errors`() throws {
        let database = try file.open()
        for sql in ["SELEC 1", "SELECT ? + ?", "INSERT INTO item VALUES ('a', 1, NULL)", "DROP TABLE item"] {
            #expect(throws: StoreError.self) {
                try database.read { connection throws(StoreError) in
                    _ = try connection.all(sql, [1]) { $0.integer(0) }
                }
            }
        }
        #expect(try count(in: database) == 0)
    }

    @Test func `readers see one snapshot while the writer continues`() throws {
        let database = try file.open()
        let counts = try database.read { connection throws(StoreError) in
            let before = try connection.first("SELECT count(*) FROM item") { $0.integer(0) }
            try database.write { writer throws(StoreError) in
                _ = try writer.run("INSERT INTO item VALUES ('a', 1, NULL)")
            }
            return [before, try connection.first("SELECT count(*) FROM item") { $0.integer(0) }]
        }
        #expect(counts == [0, 0])
        #expect(try count(in: database) == 1)
    }

    @Test func `writers from many threads lose nothing`() async throws {
        let database = try file.open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for number in 0..<10 {
                        try database.write { connection throws(StoreError) in
                            _ = try connection.run("INSERT INTO item VALUES (?, 0, NULL)", [.text("\(task)-\(number)")])
                        }
                        _ = try count(in: database)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try count(in: database) == 80)
    }

    @Test func `more distinct statements than the cache holds still work`() throws {
        let database = try file.open()
        for number in 0..<500 {
            let found = try database.read { connection throws(StoreError) in
                try connection.first("SELECT \(number)") { $0.integer(0) }
            }
            #expect(found == number)
        }
    }

    @Test func `a statement that fails fails the transaction, also where its error is caught`() throws {
        let database = try file.open()
        let error = #expect(throws: StoreError.self) {
            try database.write { connection throws(StoreError) in
                for _ in 0..<2 {
                    do throws(StoreError) {
                        try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
                    } catch {
                        #expect(error.kind == .uniqueViolation)
                    }
                }
            }
        }
        #expect(error?.kind == .uniqueViolation)
        #expect(try count(in: database) == 0)
    }

    @Test func `what follows a commit is done once, and not for a transaction that is rolled back`() throws {
        let database = try file.open()
        let done = Mutex<[Int]>([])
        try database.write { connection throws(StoreError) in
            connection.afterCommit { done.withLock { $0.append((try? count(in: database)) ?? -1) } }
            try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
        }
        #expect(done.withLock(\.self) == [1], "the rows are there when it is done")
        #expect(throws: StoreError.self) {
            try database.write { connection throws(StoreError) in
                connection.afterCommit { done.withLock { $0.append(-1) } }
                try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
            }
        }
        #expect(done.withLock(\.self) == [1])
    }

    @Test func `notes are those of one transaction, in order`() throws {
        let database = try file.open()
        for _ in 0..<2 {
            let notes = try database.write { connection throws(StoreError) in
                connection.note(1)
                connection.note("two")
                return connection.takeNotes()
            }
            #expect(notes.map { "\($0)" } == ["1", "two"])
        }
    }

    @Test func `texts are ordered by their bytes, and a sum is read as a number`() throws {
        let database = try file.open()
        try database.write { connection throws(StoreError) in
            for name in ["b", "é", "B", "a", "_"] {
                try connection.run("INSERT INTO item VALUES (?, 2, NULL)", [.text(name)])
            }
        }
        let names = try database.read { connection throws(StoreError) in
            try connection.all("SELECT name FROM item WHERE name > ? ORDER BY name", ["B"]) { $0.text(0) }
        }
        #expect(names == ["_", "a", "b", "é"])
        let found = try database.read { connection throws(StoreError) in
            try connection.first("SELECT sum(size), EXISTS (SELECT 1 FROM item WHERE name = ?) FROM item", ["a"]) {
                [$0.integer(0), $0.integer(1)]
            }
        }
        #expect(found == [10, 1])
    }
}

private func count(in database: Database) throws -> Int? {
    try database.read { connection throws(StoreError) in
        try connection.first("SELECT count(*) FROM item") { $0.integer(0) }
    }
}

@Suite(.onEveryEngine) struct MigrationTests {
    private static let more = Migration("more", "ALTER TABLE item ADD COLUMN color TEXT; UPDATE item SET color = 'red'")

    private let file: TestDatabase

    init() throws {
        file = try TestDatabase()
    }

    @Test func `each migration runs once, in order, and rows are kept`() throws {
        try file.open().write { connection throws(StoreError) in
            _ = try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
        }
        for _ in 0..<2 {
            let color = try file.open([TestDatabase.items, Self.more]).read { connection throws(StoreError) in
                try connection.first("SELECT color FROM item") { $0.text(0) }
            }
            #expect(color == "red")
        }
    }

    @Test func `migrations of a part are applied where the part comes later, or grows`() throws {
        let part = Migration("part", "CREATE TABLE part (a TEXT)")
        let grown = Migration("part grows", "ALTER TABLE part ADD COLUMN b TEXT")
        _ = try file.open([TestDatabase.items, part])
        _ = try file.open([TestDatabase.items, part, grown, Self.more])
        let applied = try file.open([TestDatabase.items, Self.more, part, grown]).read {
            connection throws(StoreError) in
            try connection.all("SELECT name FROM migration ORDER BY number") { $0.text(0) }
        }
        #expect(applied == ["items", "part", "part grows", "more"])
    }

    @Test func `a database from a newer version is refused and not touched`() throws {
        _ = try file.open([TestDatabase.items, Self.more])
        #expect(throws: StoreError.self) { try file.open() }
        _ = try file.open([TestDatabase.items, Self.more])
    }

    @Test func `a migration that fails leaves the database unchanged`() throws {
        let broken = Migration("broken", "CREATE TABLE half (a TEXT); CREATE TABLE item (b TEXT)")
        #expect(throws: StoreError.self) { try file.open([TestDatabase.items, broken]) }
        let tables = try file.open().read { connection throws(StoreError) in
            try connection.all("SELECT name FROM migration") { $0.text(0) }
        }
        #expect(tables == ["items"])
        let whole = Migration("whole", "CREATE TABLE half (a TEXT)")
        _ = try file.open([TestDatabase.items, whole])
    }

    @Test func `what follows a contended commit may write to the same database`() throws {
        let engine = ContendedEngine(try file.storage.engine(named: "test"))
        let database = try Database(engine, migrations: [TestDatabase.items])
        try database.write { connection throws(StoreError) in
            try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
            connection.afterCommit {
                try? database.write { connection throws(StoreError) in
                    _ = try connection.run("INSERT INTO item VALUES ('b', 1, NULL)")
                }
            }
        }
        #expect(try count(in: database) == 2)
    }
}

/// An engine whose every transaction that writes meets others three times.
private final class ContendedEngine: Engine {
    private let engine: any Engine
    private let attempts = Mutex(0)

    init(_ engine: any Engine) { self.engine = engine }

    var dialect: SQLDialect { engine.dialect }

    func read(_ body: (borrowing Connection) -> Bool) throws(StoreError) { try engine.read(body) }

    func write(_ body: (borrowing Connection) -> Bool) throws(StoreError) {
        let attempt = attempts.withLock { attempts in
            attempts += 1
            return attempts
        }
        guard attempt.isMultiple(of: 4) else { throw StoreError(.conflict, code: "test", message: "contended") }
        try engine.write(body)
    }

    func exclusively(_ body: () throws(StoreError) -> Void) throws(StoreError) { try engine.exclusively(body) }

    func watchCommits() throws(StoreError) -> any CommitWatch { try engine.watchCommits() }
}
