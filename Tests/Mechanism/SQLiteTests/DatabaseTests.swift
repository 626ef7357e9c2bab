import Testing

@testable import SQLite

@Suite struct DatabaseTests {
    private let file: DatabaseFile

    init() throws {
        file = try DatabaseFile()
    }

    @Test func `written rows are there when the file is opened again`() throws {
        do {
            let database = try file.open()
            try database.write { connection throws(SQLiteError) in
                _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", ["a", 7, .blob([0, 255])])
            }
        }
        let row = try file.open().read { connection throws(SQLiteError) in
            try connection.first("SELECT * FROM item") { [$0.text(0), "\($0.integer(1))", "\($0.blob(2))"] }
        }
        #expect(row == ["a", "7", "[0, 255]"])
    }

    @Test func `values are read as they were written`() throws {
        let database = try file.open()
        let name = "nul\u{0} é 🦉 '; DROP TABLE item; --"
        try database.write { connection throws(SQLiteError) in
            _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", [.text(name), .integer(.min), .blob([])])
            _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", ["null", nil, nil])
        }
        let found = try database.read { connection throws(SQLiteError) in
            try connection.all("SELECT * FROM item ORDER BY rowid") { row throws(SQLiteError) in
                "\(row.text(0)) \(row.integer(1)) \(row.isNull(1)) \(row.blob(2).count) \(row.isNull(2))"
            }
        }
        #expect(found == ["\(name) \(Int.min) false 0 false", "null 0 true 0 true"])
    }

    @Test func `a transaction that throws changes nothing`() throws {
        let database = try file.open()
        let stop = SQLiteError(code: 4, message: "stop")
        #expect(throws: stop) {
            try database.write { connection throws(SQLiteError) in
                try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
                throw stop
            }
        }
        #expect(try count(in: database) == 0)
        try database.write { connection throws(SQLiteError) in
            _ = try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
        }
        #expect(try count(in: database) == 1)
    }

    @Test func `a violated constraint is reported by its code, without values`() throws {
        let database = try file.open()
        let insert = { () throws(SQLiteError) in
            try database.write { connection throws(SQLiteError) in
                _ = try connection.run("INSERT INTO item VALUES (?, 1, NULL)", ["secret"])
            }
        }
        try insert()
        let error = #expect(throws: SQLiteError.self) { try insert() }
        #expect(error?.isUniqueViolation == true)
        #expect(error?.isConstraintViolation == true)
        #expect(error?.sql == "INSERT INTO item VALUES (?, 1, NULL)")
        #expect(error?.description.contains("secret") == false)
    }

    @Test func `a wrong statement, a wrong count of values and a write in a reader are errors`() throws {
        let database = try file.open()
        for sql in ["SELEC 1", "SELECT ? + ?", "INSERT INTO item VALUES ('a', 1, NULL)", "DROP TABLE item"] {
            #expect(throws: SQLiteError.self) {
                try database.read { connection throws(SQLiteError) in
                    _ = try connection.all(sql, [1]) { $0.integer(0) }
                }
            }
        }
        #expect(try count(in: database) == 0)
    }

    @Test func `readers see one snapshot while the writer continues`() throws {
        let database = try file.open()
        let counts = try database.read { connection throws(SQLiteError) in
            let before = try connection.first("SELECT count(*) FROM item") { $0.integer(0) }
            try database.write { writer throws(SQLiteError) in
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
                        try database.write { connection throws(SQLiteError) in
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
            let found = try database.read { connection throws(SQLiteError) in
                try connection.first("SELECT \(number)") { $0.integer(0) }
            }
            #expect(found == number)
        }
    }

    @Test func `a file that is not a database is an error`() {
        #expect(throws: SQLiteError.self) { try Database(path: "/dev/null/x", migrations: []) }
        #expect(throws: SQLiteError.self) { try Database(path: "/proc/self/status", migrations: []) }
    }
}

private func count(in database: Database) throws -> Int? {
    try database.read { connection throws(SQLiteError) in
        try connection.first("SELECT count(*) FROM item") { $0.integer(0) }
    }
}

@Suite struct MigrationTests {
    private static let more = Migration("more", "ALTER TABLE item ADD COLUMN color TEXT; UPDATE item SET color = 'red'")

    private let file: DatabaseFile

    init() throws {
        file = try DatabaseFile()
    }

    @Test func `each migration runs once, in order, and rows are kept`() throws {
        try file.open().write { connection throws(SQLiteError) in
            _ = try connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
        }
        for _ in 0..<2 {
            let color = try file.open([DatabaseFile.items, Self.more]).read { connection throws(SQLiteError) in
                try connection.first("SELECT color FROM item") { $0.text(0) }
            }
            #expect(color == "red")
        }
    }

    @Test func `a database from a newer version is refused and not touched`() throws {
        _ = try file.open([DatabaseFile.items, Self.more])
        #expect(throws: SQLiteError.self) { try file.open() }
        _ = try file.open([DatabaseFile.items, Self.more])
    }

    @Test func `a migration that fails leaves the database unchanged`() throws {
        let broken = Migration("broken", "CREATE TABLE half (a); CREATE TABLE item (b)")
        #expect(throws: SQLiteError.self) { try file.open([DatabaseFile.items, broken]) }
        let tables = try file.open().read { connection throws(SQLiteError) in
            try connection.all("SELECT name FROM sqlite_master WHERE name = 'half'") { $0.text(0) }
        }
        #expect(tables == [])
    }
}
