import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import EventQueue

/// A queue in a folder of its own, which is removed with it.
final class QueueFixture: Sendable {
    let path: String
    let clock = Mutex<Int64>(1_000_000)
    let handled = Mutex<[QueuedEvent]>([])
    let losses = Mutex(0)
    let verdicts: @Sendable (QueuedEvent, Int64) -> EventVerdict?

    init(_ verdicts: @escaping @Sendable (QueuedEvent, Int64) -> EventVerdict? = { _, _ in .finished() }) throws {
        var template = Array("/tmp/strata-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/events.sqlite"
        self.verdicts = verdicts
    }

    deinit {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(String(path.dropLast("/events.sqlite".count)))
    }

    var now: Int64 { clock.withLock { $0 } }

    func open(limits: EventQueue.Limits = .init()) throws -> EventQueue {
        let queue = try EventQueue(path: path, limits: limits, clock: { [self] in now })
        queue.start(self)
        return queue
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
        let file = try #require(fopen(path + "-wal", "r"))
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

extension EventQueue {
    /// Accepts an event and waits for the answer.
    func acceptAndWait(_ event: NewEvent) -> Bool {
        let answer = Answer()
        accept(event) { isAccepted in answer.value.withLock { $0 = isAccepted } }
        while true {
            if let value = answer.value.withLock(\.self) { return value }
            SystemThread.sleep(milliseconds: 1)
        }
    }

    private final class Answer: Sendable {
        let value = Mutex<Bool?>(nil)
    }
}
