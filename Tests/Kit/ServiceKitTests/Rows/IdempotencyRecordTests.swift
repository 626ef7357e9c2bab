import Store
import StoreEngines
import Testing

@testable import ServiceKit

@Suite(.onEveryEngine) struct IdempotencyRecordTests {
    private struct Refusal: Error {}

    private let storage: TestStorage
    private let database: Database

    init() throws {
        storage = try TestStorage()
        let items = Migration("items", "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
        database = try storage.open("test", migrations: [items, IdempotencyRecord.migration])
    }

    private func insert(
        _ name: String, token: String, scope: String = "a/CreateItem", at now: Int64 = 0, isRefused: Bool = false
    ) throws -> IdempotencyRecord.Outcome {
        let call = IdempotencyRecord(
            scope: scope, token: token, parameters: Array(name.utf8), expiresMilliseconds: now + 1_000)
        return try database.write(failingAs: { $0 as any Error }) { connection in
            try connection.perform(call, nowMilliseconds: now, failingAs: { $0 }) {
                try connection.run("INSERT INTO item (name) VALUES (?)", [.text(name)])
                if isRefused { throw Refusal() }
                return Array("answer for \(name)".utf8)
            }
        }
    }

    private func rows(of table: String) throws -> Int? {
        try database.read { connection throws(StoreError) in
            try connection.first("SELECT count(*) FROM \(table)") { $0.integer(0) }
        }
    }

    @Test func `the same token with the same parameters gets the same answer, and changes nothing again`() throws {
        let answer = Array("answer for x".utf8)
        #expect(try insert("x", token: "1") == .made(answer))
        #expect(try insert("x", token: "1", at: 999) == .repeated(answer))
        #expect(try rows(of: "item") == 1)
    }

    @Test func `the same token with other parameters is a mismatch, and changes nothing`() throws {
        _ = try insert("x", token: "1")
        #expect(try insert("y", token: "1") == .mismatch)
        #expect(try rows(of: "item") == 1)
    }

    @Test func `another token, and the same one in another scope, are other calls`() throws {
        for (token, scope) in [("1", "a"), ("2", "a"), ("1", "b")] {
            guard case .made = try insert("x", token: token, scope: scope) else {
                Issue.record("\(token) \(scope)")
                return
            }
        }
        #expect(try rows(of: "item") == 3)
    }

    @Test func `a call that failed leaves its token free`() throws {
        #expect(throws: Refusal.self) { try insert("x", token: "1", isRefused: true) }
        #expect(try insert("y", token: "1") == .made(Array("answer for y".utf8)))
        #expect(try rows(of: "item") == 1)
    }

    @Test func `a token that has expired is free again, and expired ones go`() throws {
        for number in 0..<25 { _ = try insert("x", token: "\(number)", at: 0) }
        #expect(try insert("y", token: "3", at: 1_000) == .made(Array("answer for y".utf8)))
        // A token in sixteen, on average, takes a hundred expired ones along.
        for number in 0..<100 { _ = try insert("z", token: "new \(number)", at: 1_000) }
        #expect(try rows(of: "once_only") == 101)
    }
}
