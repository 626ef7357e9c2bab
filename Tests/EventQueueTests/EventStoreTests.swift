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
