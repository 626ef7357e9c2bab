import LinuxSystem
import Store
import StoreEngines
import Synchronization
import Testing

@testable import SQLite

@Suite struct SharedCommitTests {
    private let engine: SQLiteEngine
    private let storage: TestStorage
    private let database: Database

    init() throws {
        storage = try TestStorage(.sqlite)
        engine = try SQLiteEngine(path: storage.folder + "/test.sqlite")
        let items = Migration("items", "CREATE TABLE item (name TEXT PRIMARY KEY) STRICT")
        database = try Database(engine, migrations: [items])
    }

    /// The statement that inserts names.
    private static func insert(_ names: String..., or resolution: String = "ABORT") -> String {
        "INSERT OR \(resolution) INTO item VALUES " + names.map { "('\($0)')" }.joined(separator: ", ")
    }

    private func names() throws -> [String] {
        try database.read { connection throws(StoreError) in
            try connection.all("SELECT name FROM item ORDER BY name") { $0.text(0) }
        }
    }

    /// Runs writers that all wait while the first one, which inserts `first`, is in its closure.
    ///
    /// - Parameters:
    ///   - writers: The statements of each.
    ///   - willRun: Called in each one's closure.
    /// - Returns: What their errors mean, in the order of the writers.
    private func together(
        _ writers: [[String]], willRun: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> [StoreError.Kind?] {
        let isInside = Semaphore()
        let mayEnd = Semaphore()
        let errors = Mutex([StoreError.Kind?](repeating: nil, count: writers.count))
        let leader = try SystemThread(name: "leader") { [database] in
            _ = try? database.write { connection throws(StoreError) in
                try connection.run(Self.insert("first"))
                isInside.signal()
                mayEnd.wait()
                // It may run again.
                mayEnd.signal()
            }
        }
        isInside.wait()
        var threads: [SystemThread] = []
        for (index, statements) in writers.enumerated() {
            let thread = try SystemThread(name: "writer") { [database] in
                do throws(StoreError) {
                    try database.write { connection throws(StoreError) in
                        willRun(index)
                        for statement in statements { try connection.run(statement) }
                    }
                } catch {
                    errors.withLock { $0[index] = error.kind }
                }
            }
            threads.append(thread)
            while engine.waitingCount <= index { SystemThread.sleep(milliseconds: 1) }
        }
        mayEnd.signal()
        for thread in threads { thread.join() }
        leader.join()
        return errors.withLock(\.self)
    }

    @Test func `writers that wait share one commit`() throws {
        let watch = try engine.watchCommits()
        let marks = Mutex<Set<CommitMark?>>([])
        let writers = (0..<5).map { [Self.insert("\($0)")] }
        let errors = try together(writers) { _ in marks.withLock { _ = $0.insert(watch.mark) } }
        #expect(errors == [nil, nil, nil, nil, nil])
        #expect(marks.withLock(\.count) == 1, "nothing was committed between the first and the last of them")
        #expect(try names() == ["0", "1", "2", "3", "4", "first"])
    }

    @Test func `a writer that fails takes back its own changes alone`() throws {
        let errors = try together([[Self.insert("a")], [Self.insert("b"), Self.insert("a")], [Self.insert("c")]])
        #expect(errors == [nil, .uniqueViolation, nil])
        #expect(try names() == ["a", "c", "first"])
    }

    @Test func `writers run again whose shared transaction another one has rolled back`() throws {
        let runs = Mutex<[Int]>([])
        let rollBack = Self.insert("b", "b", or: "ROLLBACK")
        let errors = try together([[Self.insert("a")], [rollBack], [Self.insert("c")]]) { index in
            runs.withLock { $0.append(index) }
        }
        #expect(errors == [nil, .uniqueViolation, nil])
        #expect(try names() == ["a", "c", "first"])
        #expect(runs.withLock { $0.sorted() } == [0, 0, 1, 2])
    }

    @Test func `a commit that fails is the error of the one that commits, and the others run again`() throws {
        try database.write { connection throws(StoreError) in
            // COMMIT checks a deferred constraint.
            try connection.execute(
                "CREATE TABLE part (item TEXT REFERENCES item (name) DEFERRABLE INITIALLY DEFERRED) STRICT")
        }
        let errors = try together([[Self.insert("a")], ["INSERT INTO part VALUES ('missing')"]])
        #expect(errors == [nil, .constraintViolation])
        #expect(try names() == ["a", "first"])
    }
}
