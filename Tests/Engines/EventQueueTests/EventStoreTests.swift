import Store
import SeededRandom
import Synchronization
import StoreEngines
import Testing

@testable import EventQueue

@Suite(.onEveryEngine) struct EventStoreTests {
    private func store(_ fixture: QueueFixture, counts: [(target: String, count: Int)]) throws -> EventStore {
        let store = try EventStore(fixture.storage.open("events", migrations: EventQueue.migrations))
        for (target, count) in counts {
            let events = (0..<count).map { EventStore.Change.add(fixture.event("\($0)", target: target)) }
            _ = try store.apply(events)
        }
        return store
    }

    @Test func `a backlog of more than one transaction is made due and purged completely`() throws {
        let fixture = try QueueFixture()
        let store = try store(fixture, counts: [("a", 12_001), ("b", 10_000), ("c", 1)])
        let soon = fixture.now - 1
        #expect(try store.makeDue(EventSelection(targets: ["a"]), nowMilliseconds: soon) == 12_001)
        #expect(try store.heads() == ["a": soon, "b": fixture.now, "c": fixture.now])
        #expect(try store.makeDue(EventSelection(), nowMilliseconds: soon) == 10_001)
        #expect(try store.makeDue(EventSelection(), nowMilliseconds: soon) == 0)
        #expect(try store.purge(EventSelection(targets: ["a", "b"], identity: .number(12_002))) == 1)
        #expect(try store.purge(EventSelection(targets: ["b", "c"])) == 10_000)
        #expect(try store.counts().map(\.count) == [12_001])
        #expect(try store.purge(EventSelection(targets: [])) == 0)
        #expect(try store.purge(EventSelection()) == 12_001)
        #expect(try store.heads().isEmpty)
    }

    @Test func `a queue of an older version is counted when it is opened`() throws {
        let fixture = try QueueFixture(on: .sqlite)
        do {
            let old = try fixture.storage.open("events", migrations: Array(EventSchema.migrations.prefix(1)))
            try old.write { connection throws(StoreError) in
                try connection.execute(
                    """
                    INSERT INTO target (name) VALUES ('a'), ('b'), ('c');
                    INSERT INTO event (target, due, accepted, request_id, attributes, payload)
                    VALUES (2, 5, 7, 'x', '', x'00'), (1, 5, 8, 'y', '', x'00'), (2, 5, 9, 'z', '', x'00');
                    """)
            }
        }
        let store = try EventStore(fixture.storage.open("events", migrations: EventQueue.migrations))
        let counts = try store.counts().map { "\($0.target) \($0.count) \($0.oldestMilliseconds)" }
        #expect(counts.sorted() == ["a 1 8", "b 2 7"])
        #expect(try store.targetCount() == 2)
        #expect(try store.usedBytes() > 3 * 8_000)
        _ = try store.purge(EventSelection())
        #expect(try store.usedBytes() == 0)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func `counts and ages match the stored events after any changes`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let fixture = try QueueFixture()
        let store = try EventStore(fixture.storage.open("events", migrations: EventQueue.migrations))
        for _ in 0..<100 {
            fixture.clock.withLock { $0 += Int64.random(in: 0...9, using: &random) }
            let target = ["a", "b", "c"].randomElement(using: &random) ?? "a"
            let last = try store.list(target: nil, after: 0, limit: 1_000).map(\.number).randomElement(using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: _ = try store.purge(EventSelection(targets: [target]))
            case 1...2:
                _ = try store.apply([.finish(number: last ?? 1, followUps: [fixture.event("f", target: target)])])
            case 3: _ = try store.apply([.finish(number: last ?? 1, followUps: [])])
            default: _ = try store.apply([.add(fixture.event("n", target: target)), .add(fixture.event("m"))])
            }
            let counts = try store.counts().map { "\($0.target) \($0.count) \($0.oldestMilliseconds)" }
            let events = Dictionary(grouping: try store.list(target: nil, after: 0, limit: 1_000)) { $0.event.target }
            let expected = events.map { "\($0.key) \($0.value.count) \($0.value[0].event.acceptedMilliseconds)" }
            #expect(counts.sorted() == expected.sorted(), "seed \(seed)")
            let bytes = events.values.joined().reduce(0) { $0 + $1.event.diskBytes }
            #expect(try store.usedBytes() == bytes, "seed \(seed)")
        }
    }

    @Test func `targets without events are deleted, those with events are kept`() throws {
        let fixture = try QueueFixture()
        let store = try store(fixture, counts: [("kept", 1)])
        for number in 0..<(EventStore.targetsBetweenPruning * 2 + 500) {
            let target = "function-\(number)"
            _ = try store.apply([.add(fixture.event("one", target: target))])
            // An attempt that met another transaction has used a number, too.
            let event = try #require(try store.due(for: target, byMilliseconds: .max, limit: 1).first)
            _ = try store.apply([.finish(number: event, followUps: [])])
        }
        #expect(try store.heads().keys.sorted() == ["kept"])
        #expect((1...EventStore.targetsBetweenPruning).contains(try store.targetCount()))
        _ = try store.apply([.add(fixture.event("again", target: "function-1"))])
        #expect(try store.heads().keys.sorted() == ["function-1", "kept"])
        let reopened = try EventStore(fixture.storage.open("events", migrations: EventQueue.migrations))
        #expect(try reopened.targetCount() == 2)
        #expect(try reopened.due(for: "kept", byMilliseconds: .max, limit: 9) == [1])
    }

    @Test func `pages of summaries contain the events of the selected targets, each once`() throws {
        let fixture = try QueueFixture()
        let store = try store(fixture, counts: [("a", 5), ("b", 5), ("a", 5)])
        var numbers: [Int] = []
        while true {
            let page = try store.summaries(
                EventSelection(targets: ["a", "missing"]), after: numbers.last ?? 0, limit: 3)
            #expect(page.allSatisfy { $0.target == "a" })
            numbers += page.map(\.number)
            if page.count < 3 { break }
        }
        #expect(numbers == Array(1...5) + Array(11...15))
        #expect(try store.summaries(EventSelection(targets: []), after: 0, limit: 3).isEmpty)
    }

    @Test func `the follow-up events of a source are listed and changed with its own events`() throws {
        let fixture = try QueueFixture()
        let store = try store(fixture, counts: [("f", 2), ("g", 1), ("bus", 1)])
        var record = fixture.event("1", target: "bus")
        record.source = "f"
        _ = try store.apply([.finish(number: 2, followUps: [record])])
        #expect(try store.sources() == ["f"])
        let ofF = EventSelection(targets: ["f"], sources: ["f"])
        let found = try store.summaries(ofF, after: 0, limit: 9)
        #expect(found.map { "\($0.number) \($0.target) \($0.source)" } == ["1 f ", "5 bus f"])
        #expect(try store.event(5)?.event == record)
        #expect(try store.makeDue(ofF, nowMilliseconds: fixture.now - 1) == 2)
        #expect(try store.purge(ofF) == 2)
        #expect(try store.list(target: nil, after: 0, limit: 9).map(\.number) == [3, 4])
        #expect(try store.sources().isEmpty)
    }

    @Test func `the sources of events are known while they wait`() throws {
        let fixture = try QueueFixture()
        let store = try store(fixture, counts: [("f", 1)])
        var record = fixture.event("1", target: "bus")
        record.source = "f"
        _ = try store.apply([.finish(number: 1, followUps: [record])])
        let reopened = try EventStore(fixture.storage.open("events", migrations: EventQueue.migrations))
        #expect(try reopened.event(2)?.event.source == "f")
        #expect(try reopened.targetCount() == 2)
        _ = try reopened.apply([.finish(number: 2, followUps: [])])
        #expect(try EventStore(fixture.storage.open("events", migrations: EventQueue.migrations)).targetCount() == 0)
    }

    @Test func `the events of one request are found in a long queue, and no others`() throws {
        let fixture = try QueueFixture()
        // Rows go to a database server one by one, so its queue is shorter.
        let last = TestEngine.current.name == TestEngine.sqlite.name ? 55_000 : 5_500
        let store = try store(fixture, counts: [("a", last + 5_000), ("b", last), ("c", 1)])
        let name = "\(last - 1)"
        let numbers = [last, 2 * last + 5_000]
        let request = EventSelection(targets: ["a", "b"], identity: .request(name))
        #expect(try store.summaries(request, after: 0, limit: 9).map(\.number) == numbers)
        #expect(try store.summaries(request, after: last, limit: 9).map(\.number) == [numbers[1]])
        #expect(try store.purge(EventSelection(targets: ["b"], identity: .request(name))) == 1)
        #expect(try store.summaries(request, after: 0, limit: 9).map(\.number) == [last])
        #expect(try store.makeDue(request, nowMilliseconds: fixture.now - 1) == 1)
        #expect(try store.purge(EventSelection(identity: .request("missing"))) == 0)
        #expect(try store.counts().map(\.count).sorted() == [1, last - 1, last + 5_000])
    }
}
