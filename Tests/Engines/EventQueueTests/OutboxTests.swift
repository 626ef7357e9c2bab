import LinuxSystem
import Store
import StoreEngines
import Synchronization
import Testing

@testable import EventQueue

/// A queue in the database of a store with rows of its own.
@Suite(.onEveryEngine) struct OutboxTests {
    private struct Refusal: Error {}

    private static let migrations =
        [Migration("orders", "CREATE TABLE customer_order (name TEXT PRIMARY KEY) STRICT")] + EventQueue.migrations

    private let fixture: QueueFixture
    private let database: Database

    init() throws {
        fixture = try QueueFixture()
        database = try fixture.storage.open("orders", migrations: Self.migrations)
    }

    private func order(_ name: String, _ queue: EventQueue, isRefused: Bool = false) throws {
        let event = fixture.event(name)
        try database.write(failingAs: { $0 as any Error }) { connection in
            try connection.run("INSERT INTO customer_order VALUES (?)", [.text(name)])
            try queue.add([event], in: connection)
            if isRefused { throw Refusal() }
        }
    }

    @Test func `what follows from a change is handed on when the change is committed`() throws {
        let queue = try EventQueue(database, clock: { [fixture] in fixture.now })
        defer { queue.stop() }
        queue.start(fixture)
        try order("a", queue)
        #expect(try fixture.wait(for: 1).map(\.event.requestID) == ["a"])
        try fixture.drain(queue)
    }

    @Test func `what would follow from a change that is rolled back is not there`() throws {
        let queue = try EventQueue(database, clock: { [fixture] in fixture.now })
        defer { queue.stop() }
        queue.start(fixture)
        #expect(throws: Refusal.self) { try order("a", queue, isRefused: true) }
        #expect(throws: StoreError.self) {
            try order("b", queue)
            try order("b", queue)
        }
        #expect(try fixture.wait(for: 1).map(\.event.requestID) == ["b"])
        try fixture.drain(queue)
        #expect(fixture.handled.withLock(\.count) == 1)
    }

    @Test func `what was not handed on is handed on by the next opener, with the same id at each attempt`() throws {
        let ids = Mutex<[String]>([])
        do {
            let queue = try EventQueue(database)
            try order("a", queue)
            try order("b", queue)
            ids.withLock { $0 = (try? queue.list(limit: 10).map(\.deliveryID)) ?? [] }
            queue.stop()
        }
        let known = ids.withLock(\.self)
        #expect(Set(known).count == 2)
        let storage = fixture.storage
        let attempts = try QueueFixture { event, now in
            event.attempts == 0 ? .postponed(untilMilliseconds: now, isRetry: true, reason: "") : .finished()
        }
        let queue = try EventQueue(
            storage.open("orders", migrations: Self.migrations), clock: { [attempts] in attempts.now })
        defer { queue.stop() }
        queue.start(attempts)
        let tried = try attempts.wait(for: 4).map(\.deliveryID)
        #expect(tried.sorted() == (known + known).sorted())
        try attempts.drain(queue)
    }

    @Test func `a queue that has reached its limit refuses the change as a whole`() throws {
        var limits = EventQueue.Limits()
        limits.diskBytes = 1
        let queue = try EventQueue(database, limits: limits)
        defer { queue.stop() }
        let error = #expect(throws: StoreError.self) { try order("a", queue) }
        #expect(error?.kind == .limitExceeded)
        let count = try database.read { connection throws(StoreError) in
            try connection.first("SELECT count(*) FROM customer_order") { $0.integer(0) }
        }
        #expect(count == 0)
    }

    @Test func `rows of the store do not count towards the queue's limit`() throws {
        var limits = EventQueue.Limits()
        limits.diskBytes = 10_000
        let long = String(repeating: "x", count: 1_000)
        try database.write { connection throws(StoreError) in
            for number in 0..<50 {
                try connection.run("INSERT INTO customer_order VALUES (?)", [.text("\(number) \(long)")])
            }
        }
        let queue = try EventQueue(database, limits: limits, clock: { [fixture] in fixture.now })
        defer { queue.stop() }
        queue.start(fixture)
        try order("a", queue)
        #expect(try fixture.wait(for: 1).map(\.event.requestID) == ["a"])
        try fixture.drain(queue)
    }

    @Test func `events that changes add count at once, until they are handed on`() throws {
        var limits = EventQueue.Limits()
        limits.diskBytes = fixture.event("1").diskBytes * 3
        let queue = try EventQueue(database, limits: limits, clock: { [fixture] in fixture.now })
        defer { queue.stop() }
        for name in ["1", "2", "3"] { try order(name, queue) }
        #expect(throws: StoreError.self) { try order("4", queue) }
        queue.start(fixture)
        _ = try fixture.wait(for: 3)
        try fixture.wait { (try? order("4", queue)) != nil }
        try fixture.drain(queue)
    }

    @Test func `targets that changes add are deleted when they have no events`() throws {
        let queue = try EventQueue(database)
        defer { queue.stop() }
        let events = (0..<EventStore.targetsBetweenPruning).map { fixture.event("e", target: "f\($0)") }
        try database.write { connection throws(StoreError) in try queue.add(events, in: connection) }
        #expect(try queue.purge() == events.count)
        #expect(queue.acceptAndWait(fixture.event("last")))
        #expect(try queue.store.targetCount() == 1)
    }
}
