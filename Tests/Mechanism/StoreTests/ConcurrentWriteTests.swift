import LinuxSystem
import StoreEngines
import Synchronization
import Testing

@testable import Store

/// Many writers at once, on every engine.
@Suite(.onEveryEngine) struct ConcurrentWriteTests {
    private struct Refusal: Error {}

    @Test func `each writer gets the answer to its own changes, its own notes, and what is to follow once`() throws {
        let file = try TestDatabase()
        let database = try file.open()
        let kept = Mutex<[String]>([])
        let followed = Mutex<[String]>([])
        let threads = try (0..<8).map { thread in
            try SystemThread(name: "writer") {
                for number in 0..<40 {
                    let name = "\(thread)-\(number)"
                    let notes = try? database.write(failingAs: { $0 as any Error }) { connection in
                        connection.note(name)
                        connection.afterCommit { followed.withLock { $0.append(name) } }
                        try connection.run("INSERT INTO item VALUES (?, 1, NULL)", [.text(name)])
                        // A third is refused by its own rule, a third by a constraint.
                        if number % 3 == 1 { throw Refusal() }
                        if number % 3 == 2 { try connection.run("INSERT INTO item VALUES (?, 2, NULL)", [.text(name)]) }
                        return connection.takeNotes().map { "\($0)" }
                    }
                    if let notes { kept.withLock { $0.append(notes == [name] ? name : "other notes") } }
                }
            }
        }
        for thread in threads { thread.join() }
        let names = try database.read { connection throws(StoreError) in
            try connection.all("SELECT name FROM item ORDER BY name") { $0.text(0) }
        }
        #expect(names.count == 8 * 14)
        #expect(kept.withLock { $0.sorted() } == names)
        #expect(followed.withLock { $0.sorted() } == names)
    }

    @Test func `a counter that many increment loses nothing`() throws {
        let file = try TestDatabase()
        let database = try file.open()
        try database.write { connection throws(StoreError) in
            _ = try connection.run("INSERT INTO item VALUES ('counter', 0, NULL)")
        }
        let failures = Mutex<[StoreError]>([])
        let threads = try (0..<4).map { _ in
            try SystemThread(name: "writer") {
                for _ in 0..<25 {
                    do throws(StoreError) {
                        try database.write { connection throws(StoreError) in
                            let size = try connection.first("SELECT size FROM item") { $0.integer(0) } ?? 0
                            _ = try connection.run("UPDATE item SET size = ?", [.integer(size + 1)])
                        }
                    } catch {
                        failures.withLock { $0.append(error) }
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock(\.self) == [])
        let size = try database.read { connection throws(StoreError) in
            try connection.first("SELECT size FROM item") { $0.integer(0) }
        }
        #expect(size == 100)
    }
}
