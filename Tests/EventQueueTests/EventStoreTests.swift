import SQLite
import SeededRandom
import Synchronization
import Testing

@testable import EventQueue

@Suite struct EventStoreTests {
    private func store(_ fixture: QueueFixture, counts: [(target: String, count: Int)]) throws -> EventStore {
        let store = try EventStore(path: fixture.path)
        for (target, count) in counts {
            let events = (0..<count).map { EventStore.Change.add(fixture.event("\($0)", target: target)) }
            _ = try store.apply(events)
        }
        return store
    }

    @Test func `a backlog of more than one transaction is hastened and purged whole`() throws {
        let fixture = try QueueFixture()
        let store = try store(fixture, counts: [("a", 12_001), ("b", 10_000), ("c", 1)])
        let soon = fixture.now - 1
        #expect(try store.hasten(targets: ["a"], number: nil, nowMilliseconds: soon) == 12_001)
        #expect(try store.heads() == ["a": soon, "b": fixture.now, "c": fixture.now])
        #expect(try store.hasten(targets: nil, number: nil, nowMilliseconds: soon) == 10_001)
        #expect(try store.hasten(targets: nil, number: nil, nowMilliseconds: soon) == 0)
        #expect(try store.purge(targets: ["a", "b"], number: 12_002) == 1)
        #expect(try store.purge(targets: ["b", "c"], number: nil) == 10_000)
        #expect(try store.counts().map(\.count) == [12_001])
        #expect(try store.purge(targets: [], number: nil) == 0)
        #expect(try store.purge(targets: nil, number: nil) == 12_001)
        #expect(try store.heads().isEmpty)
    }

    @Test func `a queue that an older version has left is counted when it is opened`() throws {
        let fixture = try QueueFixture()
        do {
            let old = try Database(path: fixture.path, migrations: Array(EventStore.migrations.prefix(1)))
            try old.write { connection throws(SQLiteError) in
                try connection.execute(
                    """
                    INSERT INTO target (name) VALUES ('a'), ('b'), ('c');
                    INSERT INTO event (target, due, accepted, request_id, attributes, payload)
                    VALUES (2, 5, 7, 'x', '', x'00'), (1, 5, 8, 'y', '', x'00'), (2, 5, 9, 'z', '', x'00');
                    """)
            }
        }
        let store = try EventStore(path: fixture.path)
        let counts = try store.counts().map { "\($0.target) \($0.count) \($0.oldestMilliseconds)" }
        #expect(counts.sorted() == ["a 1 8", "b 2 7"])
        #expect(try store.targetCount() == 2)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `counts and ages are those of the events that are there, whatever has happened`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let fixture = try QueueFixture()
        let store = try EventStore(path: fixture.path)
        for _ in 0..<100 {
            fixture.clock.withLock { $0 += Int64.random(in: 0...9, using: &random) }
            let target = ["a", "b", "c"].randomElement(using: &random) ?? "a"
            let last = try store.list(target: nil, after: 0, limit: 1_000).map(\.number).randomElement(using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: _ = try store.purge(targets: [target], number: nil)
            case 1...2:
                _ = try store.apply([.finish(number: last ?? 1, followUps: [fixture.event("f", target: target)])])
            case 3: _ = try store.apply([.finish(number: last ?? 1, followUps: [])])
            default: _ = try store.apply([.add(fixture.event("n", target: target)), .add(fixture.event("m"))])
            }
            let counts = try store.counts().map { "\($0.target) \($0.count) \($0.oldestMilliseconds)" }
            let events = Dictionary(grouping: try store.list(target: nil, after: 0, limit: 1_000)) { $0.event.target }
            let expected = events.map { "\($0.key) \($0.value.count) \($0.value[0].event.acceptedMilliseconds)" }
            #expect(counts.sorted() == expected.sorted(), "seed \(seed)")
        }
    }

    @Test func `targets without events are deleted, those with events are kept`() throws {
        let fixture = try QueueFixture()
        let store = try store(fixture, counts: [("kept", 1)])
        for number in 0..<(EventStore.targetsBetweenPruning * 2 + 500) {
            _ = try store.apply([.add(fixture.event("one", target: "function-\(number)"))])
            _ = try store.apply([.finish(number: number + 2, followUps: [])])
        }
        #expect(try store.heads().keys.sorted() == ["kept"])
        #expect((1...EventStore.targetsBetweenPruning).contains(try store.targetCount()))
        _ = try store.apply([.add(fixture.event("again", target: "function-1"))])
        #expect(try store.heads().keys.sorted() == ["function-1", "kept"])
        let reopened = try EventStore(path: fixture.path)
        #expect(try reopened.targetCount() == 2)
        #expect(try reopened.due(for: "kept", byMilliseconds: .max, limit: 9) == [1])
    }

    @Test func `pages of summaries hold the events of the targets that are asked for, each once`() throws {
        let fixture = try QueueFixture()
        let store = try store(fixture, counts: [("a", 5), ("b", 5), ("a", 5)])
        var numbers: [Int] = []
        while true {
            let page = try store.summaries(targets: ["a", "missing"], after: numbers.last ?? 0, upTo: .max, limit: 3)
            #expect(page.allSatisfy { $0.target == "a" })
            numbers += page.map(\.number)
            if page.count < 3 { break }
        }
        #expect(numbers == Array(1...5) + Array(11...15))
        #expect(try store.summaries(targets: [], after: 0, upTo: .max, limit: 3).isEmpty)
    }
}
