import Glibc
import LinuxSystem
import Store
import StoreEngines
import Synchronization
import Testing

@testable import EventQueue

/// A queue in storage of its own, which is removed with it.
final class QueueFixture: Sendable {
    let storage: TestStorage
    let clock = Mutex<Int64>(1_000_000)
    let handled = Mutex<[QueuedEvent]>([])
    let losses = Mutex(0)
    let verdicts: @Sendable (QueuedEvent, Int64) -> EventVerdict?

    init(
        on engine: TestEngine = .current,
        _ verdicts: @escaping @Sendable (QueuedEvent, Int64) -> EventVerdict? = { _, _ in .finished() }
    ) throws {
        storage = try TestStorage(engine)
        self.verdicts = verdicts
    }

    var now: Int64 { clock.withLock { $0 } }

    func open(limits: EventQueue.Limits = .init()) throws -> EventQueue {
        let queue = try EventQueue(
            storage.open("events", migrations: EventQueue.migrations), limits: limits, clock: { [self] in now })
        queue.start(self)
        return queue
    }

    /// What the queue's file and its log take.
    func fileBytes() throws -> Int {
        let folder = try FileDescriptor.open(FilePath(storage.folder), [.read, .directory])
        return try ["events.sqlite", "events.sqlite-wal"].reduce(0) {
            $0 + (try folder.statusIfPresent(at: FilePath($1))?.size ?? 0)
        }
    }

    func event(_ name: String, target: String = "f", payload: [UInt8] = [1]) -> NewEvent {
        NewEvent(
            target: target, requestID: name, payload: payload, attributes: ["a=b\\": "c\nd"],
            acceptedMilliseconds: now)
    }

    /// Waits, for a few seconds at most, until as many events were handled.
    func wait(for count: Int) throws -> [QueuedEvent] {
        for _ in 0..<2_000 where handled.withLock({ $0.count }) < count { SystemThread.sleep(milliseconds: 5) }
        let events = handled.withLock { $0 }
        try #require(events.count >= count)
        return events
    }

    /// Waits, for a few seconds at most, until something is so.
    func wait(until condition: () throws -> Bool) throws {
        for _ in 0..<2_000 {
            if try condition() { return }
            SystemThread.sleep(milliseconds: 5)
        }
        try #require(try condition())
    }

    /// Waits until the queue is empty.
    func drain(_ queue: EventQueue) throws {
        try wait(until: { try queue.list(limit: 1).isEmpty })
    }

    /// How many transactions the write-ahead log has.
    ///
    /// Source: "WAL-mode File Format", sqlite.org: a header of 32 bytes, then pages behind 24 bytes each, of which the
    /// second four are not zero where a transaction ends.
    func commits() throws -> Int {
        let file = try #require(fopen(storage.folder + "/events.sqlite-wal", "r"))
        defer { fclose(file) }
        var log = [UInt8](repeating: 0, count: 1 << 22)
        let count = fread(&log, 1, log.count, file)
        return stride(from: 32, to: count, by: 24 + 4_096).count { log[$0 + 4..<$0 + 8].contains { $0 != 0 } }
    }
}

extension QueueFixture: EventHandler {
    func didDropFollowUp(of event: QueuedEvent) { losses.withLock { $0 += 1 } }

    func handle(_ event: QueuedEvent, _ answer: @escaping @Sendable (EventVerdict) -> Void) {
        handled.withLock { $0.append(event) }
        if let verdict = verdicts(event, now) { answer(verdict) }
    }
}

extension EventAcceptance {
    var isStored: Bool { if case .stored = self { true } else { false } }
}

extension EventQueue {
    /// Accepts an event and waits for the answer.
    func acceptAndWait(_ event: NewEvent) -> Bool {
        let answer = Answer()
        accept(event) { acceptance in answer.value.withLock { $0 = acceptance.isStored } }
        while true {
            if let value = answer.value.withLock(\.self) { return value }
            SystemThread.sleep(milliseconds: 1)
        }
    }

    private final class Answer: Sendable {
        let value = Mutex<Bool?>(nil)
    }
}
