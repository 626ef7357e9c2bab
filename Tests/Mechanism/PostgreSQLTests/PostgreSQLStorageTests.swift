import Store
import Testing

@testable import PostgreSQL

@Suite struct PostgreSQLStorageTests {
    private let place: TestDatabase
    private let storage: PostgreSQLStorage
    private let database: Database

    init() throws {
        place = try TestDatabase()
        storage = try place.storage()
        database = try storage.items()
    }

    @Test func `values are read as they were written`() throws {
        let name = "é 🦉 '; DROP TABLE item; --"
        try database.write { connection throws(StoreError) in
            _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", [.text(name), .integer(.min), .blob([])])
            _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", ["null", nil, nil])
            _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", ["null again", 7, .blob([0, 255])])
            _ = try connection.run("INSERT INTO item VALUES (?, ?, ?)", ["", .integer(.max), nil])
        }
        let found = try database.read { connection throws(StoreError) in
            try connection.all("SELECT * FROM item ORDER BY size") { row throws(StoreError) in
                "\(row.text(0)) \(row.integer(1)) \(row.isNull(1)) \(row.blob(2)) \(row.isNull(2))"
            }
        }
        #expect(
            found == [
                "\(name) \(Int.min) false [] false", "null again 7 false [0, 255] false",
                " \(Int.max) false [] true", "null 0 true [] true",
            ])
    }

    @Test func `numbers of any type are read`() throws {
        let sql = """
            SELECT 1::int2, -2::int4, 3::int8, true, 2.9::float8, count(*), sum(size), 123456789012::numeric,
                -70000::numeric, 0::numeric, 9223372036854775807::numeric, 92233720368547758080::numeric, 0.5::numeric,
                10000::numeric, length(name)
            FROM (VALUES ('a', 1::int8), ('a', 2::int8)) AS item (name, size) GROUP BY name
            """
        let numbers = try database.read { connection throws(StoreError) in
            try connection.first(sql) { row in (0..<15).map { row.integer($0) } }
        }
        #expect(numbers == [1, -2, 3, 1, 2, 2, 3, 123_456_789_012, -70_000, 0, Int.max, 0, 0, 10_000, 1])
    }

    @Test func `an error tells its kind and its statement, and no value`() throws {
        try database.insert("secret")
        let cases: [(String, [StoreValue], StoreError.Kind)] = [
            ("INSERT INTO item VALUES (?, 1, NULL)", ["secret"], .uniqueViolation),
            ("INSERT INTO item VALUES (?, 1, NULL)", [nil], .constraintViolation),
            ("INSERT INTO item SELECT 'x', ?::text::int8, NULL", ["secret"], .invalid),
            ("INSERT INTO item VALUES (?, 1, NULL)", [.text("secret\u{0}")], .invalid),
            ("INSERT INTO item VALUES (?, ?, NULL)", ["secret", "secret"], .invalid),
            ("INSERT INTO item VALUES (?, 1, NULL)", ["secret", 2], .invalid),
            ("SELEC ?", ["secret"], .invalid),
        ]
        for (sql, values, kind) in cases {
            let error = #expect(throws: StoreError.self) {
                try database.write { connection throws(StoreError) in _ = try connection.run(sql, values) }
            }
            #expect(error?.kind == kind, "\(sql)")
            #expect(error?.sql == sql)
            #expect(error?.description.contains("secret") == false, "\(error?.description ?? "")")
        }
        #expect(try database.names() == ["secret"])
    }

    @Test func `a reader cannot write, and a failed reader harms no later one`() throws {
        for sql in ["INSERT INTO item VALUES ('a', 1, NULL)", "DROP TABLE item"] {
            #expect(throws: StoreError.self) {
                try database.read { connection throws(StoreError) in _ = try connection.run(sql) }
            }
        }
        #expect(try database.names() == [])
    }

    @Test func `texts are ordered by their bytes in a database of another order`() throws {
        for name in ["b", "B", "a", "_", "ä"] { try database.insert(name) }
        #expect(try database.names() == ["B", "_", "a", "b", "ä"])
    }

    @Test func `stores are apart, and prepared statements too`() throws {
        let other = try storage.open("other", migrations: [TestDatabase.items])
        try database.insert("here")
        try other.insert("there")
        #expect(try database.names() == ["here"])
        #expect(try other.names() == ["there"])
    }

    @Test func `more distinct statements than are kept still work`() throws {
        for number in 0..<1_100 {
            let found = try database.read { connection throws(StoreError) in
                try connection.first("SELECT \(number) + ?", [1]) { $0.integer(0) }
            }
            #expect(found == number + 1)
        }
    }

    @Test func `of two transactions that would both miss the other's row, one runs again`() throws {
        // Each counts, and then inserts: after both, the numbers are 0 and 1.
        try withThreads(4) { thread in
            for _ in 0..<10 {
                try database.write { connection throws(StoreError) in
                    let count = try connection.first("SELECT count(*) FROM item") { $0.integer(0) } ?? 0
                    _ = try connection.run(
                        "INSERT INTO item VALUES (?, ?, NULL)", [.text("\(thread)-\(count)"), .integer(count)])
                }
            }
        }
        let sizes = try database.read { connection throws(StoreError) in
            try connection.all("SELECT size FROM item ORDER BY size") { $0.integer(0) }
        }
        #expect(sizes == Array(0..<40))
    }

    @Test func `a statement whose failure is ignored undoes the transaction`() throws {
        try database.insert("a")
        let error = #expect(throws: StoreError.self) {
            try database.write { connection throws(StoreError) in
                _ = try connection.run("INSERT INTO item VALUES ('b', 1, NULL)")
                // Ignored: that is the point.
                _ = try? connection.run("INSERT INTO item VALUES ('a', 1, NULL)")
            }
        }
        #expect(error?.kind == .uniqueViolation)
        #expect(try database.names() == ["a"])
    }

    @Test(arguments: ["", "Catalog", "a-b", "a\"b", "ä"])
    func `a name that is none of a store is refused`(_ name: String) {
        #expect(throws: StoreError.self) { try storage.open(name, migrations: []) }
    }

    @Test func `stores that several processes open at once are migrated once`() throws {
        let place = place
        try withThreads(4) { _ in
            let storage = try place.storage(.tool)
            let more = Migration("more", "INSERT INTO item VALUES ('migrated', 1, NULL)")
            let store = try storage.open("together", migrations: [TestDatabase.items, more])
            #expect(try store.names() == ["migrated"])
        }
    }
}
