import Domain
import EventQueue
import Glibc
import LinuxSystem
import SQLite
import Store
import StoreEngines
import Testing

@testable import ServiceKit

/// A process is killed at each step between a change and its effect: the effect happens once all the same.
@Suite struct OutboxCrashTests {
    /// Where the process is killed.
    enum Step: String, CaseIterable, Codable, Sendable {
        /// Rows are written, and not committed.
        case beforeCommit
        /// The change and its event are committed, and not handed on.
        case committed
        /// The target has the delivery, uncommitted.
        case taking
        /// The target has committed, and has not answered.
        case taken
        /// The target has answered; the end of the event may not be written.
        case answered
        /// The end of the event is written.
        case ended

        /// Kills this process where it is at this step.
        func pass(_ here: Step) { if self == here { kill(getpid(), SIGKILL) } }
    }

    @Test(arguments: Step.allCases)
    func `an order makes one parcel, wherever the process is killed`(step: Step) async throws {
        let storage = try TestStorage(.sqlite)
        let folder = storage.folder
        await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, step = step as Step] in
            try Shop(folder).run(until: step)
        }
        let shop = try Shop(folder)
        #expect(try shop.count("customer_order", in: shop.orders) == (step == .beforeCommit ? 0 : 1))
        for _ in 0..<2 { try Shop(folder).run(until: nil) }
        #expect(try shop.count("customer_order", in: shop.orders) == 1)
        #expect(try shop.count("parcel", in: shop.parcels) == 1)
        #expect(try shop.count("event", in: shop.orders) == 0)
    }
}

/// Orders in one store, with an outbox; parcels in another, which takes each delivery once.
private struct Shop {
    let orders: Database
    let parcels: Database

    init(_ folder: String) throws {
        let storage = SQLiteStorage(folder: folder)
        let order = Migration("orders", "CREATE TABLE customer_order (name TEXT PRIMARY KEY) STRICT")
        let parcel = Migration("parcels", "CREATE TABLE parcel (id INTEGER PRIMARY KEY) STRICT")
        orders = try storage.open("orders", migrations: [order] + EventQueue.migrations)
        parcels = try storage.open("parcels", migrations: [parcel, IdempotencyRecord.migration])
    }

    func count(_ table: String, in database: Database) throws -> Int? {
        try database.read { connection throws(StoreError) in
            try connection.first("SELECT count(*) FROM \(table)") { $0.integer(0) }
        }
    }

    /// Makes an order, where there is none, and waits until what follows from it has ended.
    func run(until step: OutboxCrashTests.Step?) throws {
        let queue = try EventQueue(orders)
        queue.start(Depot(parcels: parcels, step: step))
        try orders.write { connection throws(StoreError) in
            guard try connection.run("INSERT INTO customer_order VALUES ('a') ON CONFLICT DO NOTHING") > 0 else {
                return
            }
            let event = NewEvent(
                target: "arn:aws:sqs:us-east-1:123456789012:parcels", requestID: "a", payload: [1],
                acceptedMilliseconds: WallClock.nowMilliseconds())
            try queue.add([event], in: connection)
            step?.pass(.beforeCommit)
        }
        step?.pass(.committed)
        while try !queue.list(limit: 1).isEmpty { SystemThread.sleep(milliseconds: 1) }
        step?.pass(.ended)
        queue.stop()
    }
}

/// Takes deliveries, as a service of this process does.
private struct Depot: EventHandler {
    let parcels: Database
    let step: OutboxCrashTests.Step?

    func handle(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        // Between commit and hand-over.
        step?.pass(.committed)
        do {
            let target = try #require(ARN(event.event.target))
            let owner = try #require(AccountID("123456789012"))
            let delivery = Delivery(target: target, event: event, principal: Caller(account: owner))
            let call = IdempotencyRecord(delivery, nowMilliseconds: WallClock.nowMilliseconds())
            try parcels.write { connection throws(StoreError) in
                _ = try connection.perform(
                    call, nowMilliseconds: WallClock.nowMilliseconds(), failingAs: { $0 }
                ) { () throws(StoreError) in
                    try connection.run("INSERT INTO parcel DEFAULT VALUES")
                    step?.pass(.taking)
                    return []
                }
            }
            step?.pass(.taken)
            answer(.finished())
            step?.pass(.answered)
        } catch {
            answer(.postponed(untilMilliseconds: 0, isRetry: true, reason: "\(error)"))
        }
    }

    func didDropFollowUp(of event: QueuedEvent) {}
}
