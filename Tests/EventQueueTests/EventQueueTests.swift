import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import EventQueue

/// A queue in a folder of its own, which goes away with it.
final class QueueFixture: Sendable {
    let path: String
    let clock = Mutex<Int64>(1_000_000)
    let handled = Mutex<[QueuedEvent]>([])
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

    /// Waits until the queue is empty.
    func drain(_ queue: EventQueue) throws {
        for _ in 0..<2_000 where !(try queue.list(limit: 1)).isEmpty { SystemThread.sleep(milliseconds: 5) }
        try #require(try queue.list(limit: 1).isEmpty)
    }
}

extension QueueFixture: EventHandler {
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

@Suite struct EventQueueTests {
    @Test func `an event that is postponed is not tried before its time, however many end meanwhile`() throws {
        let fixture = try QueueFixture { event, now in
            .postponed(untilMilliseconds: now + 3_600_000, isRetry: true, reason: "later")
        }
        let queue = try fixture.open()
        defer { queue.stop() }
        for number in 0..<600 { queue.accept(fixture.event("\(number)")) { _ in } }
        let first = try fixture.wait(for: 600)
        SystemThread.sleep(milliseconds: 50)
        #expect(fixture.handled.withLock { $0.count } == 600)
        #expect(Set(first.map(\.number)).count == 600)
    }

    @Test func `an event that was accepted is handled as it was given`() throws {
        let fixture = try QueueFixture()
        let queue = try fixture.open()
        defer { queue.stop() }
        let event = fixture.event("one")
        #expect(queue.acceptAndWait(event))
        let handled = try #require(try fixture.wait(for: 1).first)
        #expect(handled.event == event)
        #expect((handled.attempts, handled.retries, handled.reason) == (0, 0, ""))
        try fixture.drain(queue)
    }

    @Test func `an event whose handler never answered is handled again after a restart`() throws {
        let fixture = try QueueFixture { event, _ in event.event.requestID == "lost" ? nil : .finished() }
        let first = try fixture.open()
        #expect(first.acceptAndWait(fixture.event("lost")))
        _ = try fixture.wait(for: 1)
        first.stop()
        let second = try fixture.open()
        defer { second.stop() }
        #expect(try fixture.wait(for: 2).map(\.event.requestID) == ["lost", "lost"])
    }

    @Test func `what is postponed is handled again when its time has come, with what is known of it`() throws {
        let fixture = try QueueFixture { event, now in
            event.attempts < 2
                ? .postponed(untilMilliseconds: now + 60_000, isRetry: event.attempts == 0, reason: "broken")
                : .finished()
        }
        let queue = try fixture.open()
        defer { queue.stop() }
        #expect(queue.acceptAndWait(fixture.event("one")))
        for round in 1...2 {
            _ = try fixture.wait(for: round)
            for _ in 0..<1_000 where try queue.list(limit: 1).first?.attempts != round {
                SystemThread.sleep(milliseconds: 5)
            }
            let waiting = try #require(try queue.list(limit: 1).first)
            #expect((waiting.attempts, waiting.retries, waiting.reason) == (round, 1, "broken"))
            #expect(waiting.dueMilliseconds == fixture.now + 60_000)
            fixture.clock.withLock { $0 += 60_000 }
            // The queue sleeps by the monotonic clock; a person's request wakes it.
            _ = try queue.hasten(number: waiting.number)
        }
        #expect(try fixture.wait(for: 3).map(\.attempts) == [0, 1, 2])
        try fixture.drain(queue)
    }

    @Test func `what follows from an event comes with its end, or not at all`() throws {
        let fixture = try QueueFixture { event, now in
            guard event.event.target == "f" else { return .finished() }
            let next = NewEvent(target: "g", requestID: "two", payload: [2], acceptedMilliseconds: now)
            return .finished(followUps: [next])
        }
        let queue = try fixture.open()
        defer { queue.stop() }
        #expect(queue.acceptAndWait(fixture.event("one")))
        #expect(try fixture.wait(for: 2).map(\.event.requestID) == ["one", "two"])
        try fixture.drain(queue)
    }

    @Test func `a queue that is long is not in memory, and is handled to its end`() throws {
        let fixture = try QueueFixture()
        var limits = EventQueue.Limits()
        limits.handled = 7
        let queue = try fixture.open(limits: limits)
        defer { queue.stop() }
        for number in 1...500 {
            queue.accept(fixture.event("\(number)", target: number.isMultiple(of: 3) ? "g" : "f")) { _ in }
        }
        #expect(Set(try fixture.wait(for: 500).map(\.event.requestID)).count == 500)
        try fixture.drain(queue)
    }

    @Test func `events beyond what may wait for the disk are refused`() throws {
        let fixture = try QueueFixture()
        var limits = EventQueue.Limits()
        limits.unwrittenBytes = 10
        let queue = try fixture.open(limits: limits)
        defer { queue.stop() }
        #expect(!queue.acceptAndWait(fixture.event("large", payload: Array(repeating: 0, count: 11))))
        #expect(queue.acceptAndWait(fixture.event("small")))
    }

    @Test func `events beyond what may be on the disk are refused until some are done with`() throws {
        let fixture = try QueueFixture { _, _ in nil }
        var limits = EventQueue.Limits()
        limits.diskBytes = 400_000
        let queue = try fixture.open(limits: limits)
        defer { queue.stop() }
        let large = fixture.event("large", payload: Array(repeating: 0, count: 100_000))
        #expect((1...10).map { _ in queue.acceptAndWait(large) }.filter(\.self).count < 4)
        #expect(try queue.purge() > 0)
        // What is free is known with the next transaction.
        _ = queue.acceptAndWait(fixture.event("small"))
        #expect(queue.acceptAndWait(large))
    }

    @Test func `purged events are gone, and nothing follows from those in hand`() throws {
        let fixture = try QueueFixture { event, now in
            .postponed(untilMilliseconds: now + 60_000, isRetry: true, reason: "later")
        }
        let queue = try fixture.open()
        defer { queue.stop() }
        for name in ["one", "two"] { #expect(queue.acceptAndWait(fixture.event(name, target: name))) }
        _ = try fixture.wait(for: 2)
        #expect(try queue.purge(targets: ["one"]) == 1)
        #expect(try queue.list(limit: 9).map(\.event.requestID) == ["two"])
        #expect(try queue.counts().map(\.target) == ["two"])
        #expect(try queue.purge() == 1)
    }

    @Test func `a summary tells all but the content, in pages`() throws {
        let fixture = try QueueFixture { event, now in
            .postponed(untilMilliseconds: now + 60_000, isRetry: true, reason: "later")
        }
        let queue = try fixture.open()
        defer { queue.stop() }
        for name in ["one", "two", "three"] {
            let event = fixture.event(name, target: name == "two" ? "b" : "a", payload: [1, 2, 3])
            #expect(queue.acceptAndWait(event))
        }
        _ = try fixture.wait(for: 3)
        for _ in 0..<1_000 where try queue.list(limit: 9).contains(where: { $0.attempts == 0 }) {
            SystemThread.sleep(milliseconds: 5)
        }
        #expect(try queue.targets() == ["a", "b"])
        let all = try queue.summaries(targets: ["a", "b"], limit: 9)
        #expect(all.map(\.requestID) == ["one", "two", "three"])
        #expect(all.allSatisfy { $0.payloadBytes == 3 && $0.attempts == 1 && $0.reason == "later" && !$0.isInHand })
        #expect(try queue.summaries(targets: ["a"], limit: 9).map(\.requestID) == ["one", "three"])
        #expect(try queue.summaries(targets: ["a", "b"], after: all[0].number, limit: 1) == [all[1]])
        #expect(try queue.summaries(targets: ["a", "b"], number: all[2].number, limit: 9) == [all[2]])
        #expect(try queue.counts().map(\.oldestMilliseconds) == [all[0], all[1]].map(\.acceptedMilliseconds))
    }
}

@Suite struct EventAttributesTests {
    @Test(arguments: ["", "a=b", "a\r", "\r\n", "\u{301}x", "\\n\\", "=\u{301}\n\u{301}"])
    func `attributes come back as they were, whatever is in them`(text: String) {
        let attributes = ["first": text, "Runs:\(text)": "1", "second": "2"]
        let read = EventAttributes.decode(EventAttributes.encode(attributes))
        #expect(read["first"].map { Array($0.utf8) } == Array(text.utf8))
        #expect(read["second"] == "2" && read.count == 3)
    }
}
