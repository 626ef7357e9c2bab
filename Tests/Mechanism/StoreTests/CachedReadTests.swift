import StoreEngines
import Testing

@testable import Store

@Suite(.onEveryEngine) struct CachedReadTests {
    private let file: TestDatabase
    private let database: Database
    private let names: CachedRead<[String]>

    init() throws {
        file = try TestDatabase()
        database = try file.open()
        names = try CachedRead(database) { connection throws(StoreError) in
            try connection.all("SELECT name FROM item ORDER BY name") { $0.text(0) }
        }
    }

    private func insert(_ name: String, into database: Database) throws {
        try database.write { connection throws(StoreError) in
            _ = try connection.run("INSERT INTO item VALUES (?, 1, NULL)", [.text(name)])
        }
    }

    @Test func `nothing is in memory before the first refresh`() throws {
        #expect(!names.isCurrent)
        #expect(names.value == nil)
        try names.refresh()
        #expect(names.isCurrent)
        #expect(names.value == [])
    }

    @Test func `a value is current until a commit, of this or of another opener of the file`() throws {
        let other = try file.open()
        for (index, writer) in [database, other, other, database].enumerated() {
            try names.refresh()
            #expect(names.isCurrent)
            try insert("\(index)", into: writer)
            #expect(!names.isCurrent)
            #expect(names.value?.count == index, "the value in memory was read again")
        }
        try names.refresh()
        #expect(names.value == ["0", "1", "2", "3"])
    }

    @Test func `a value stays current while others read and fail to commit`() throws {
        try insert("a", into: database)
        try names.refresh()
        _ = try database.read { connection throws(StoreError) in
            try connection.first("SELECT count(*) FROM item") { $0.integer(0) }
        }
        let other = try file.open()
        #expect(throws: StoreError.self) { try insert("a", into: other) }
        #expect(names.isCurrent)
        try insert("b", into: other)
        #expect(!names.isCurrent)
        try names.refresh()
        #expect(names.value == ["a", "b"])
    }

    @Test func `there is no value after a refresh that failed`() throws {
        try insert("a", into: database)
        try names.refresh()
        try database.write { connection throws(StoreError) in try connection.execute("DROP TABLE item") }
        #expect(throws: StoreError.self) { try names.refresh() }
        #expect(names.value == nil)
        #expect(!names.isCurrent)
    }
}
