import SeededRandom
import Synchronization
import Store
import StoreEngines
import Testing

@testable import EventQueue
@testable import LinuxSystem

@Suite(.onEveryEngine) struct EventQueueTests {
    @Test func `a postponed event is not tried before its time, however many events end meanwhile`() throws {
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

    @Test func `a waiting event costs one timer, however many events are handled meanwhile`() throws {
        let fixture = try QueueFixture { event, now in
            event.event.requestID == "later"
                ? .postponed(untilMilliseconds: now + 3_600_000, isRetry: true, reason: "later") : .finished()
        }
        let queue = try fixture.open()
        defer { queue.stop() }
        #expect(queue.acceptAndWait(fixture.event("later")))
        for number in 0..<100 { #expect(queue.acceptAndWait(fixture.event("\(number)"))) }
        _ = try fixture.wait(for: 101)
        for _ in 0..<1_000 where try queue.list(limit: 2).count > 1 { SystemThread.sleep(milliseconds: 5) }
        #expect(queue.loop.timerCount <= 1)
    }

    @Test func `an accepted event is handled unchanged`() throws {
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

    @Test func `a postponed event is handled again when it is due, with its attempts and reason`() throws {
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
            // The queue sleeps by the monotonic clock; an operator's request wakes it.
            _ = try queue.makeDue(EventSelection(identity: .number(waiting.number)))
        }
        #expect(try fixture.wait(for: 3).map(\.attempts) == [0, 1, 2])
        try fixture.drain(queue)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `with a manual clock, a waiting event is tried when it is due and not before`(
        seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        let delays = (0..<200).map { _ in Int64.random(in: 1...3_600_000, using: &random) }
        let fixture = try QueueFixture { event, now in
            guard event.attempts == 0, let number = Int(event.event.requestID) else { return .finished() }
            return .postponed(untilMilliseconds: now + delays[number], isRetry: true, reason: "later")
        }
        let begin = fixture.now
        let queue = try fixture.open()
        defer { queue.stop() }
        for number in delays.indices {
            queue.accept(fixture.event("\(number)", target: "\(number % 7)")) { _ in }
        }
        var (tried, elapsed) = (try fixture.wait(for: delays.count).count, Int64(0))
        try fixture.wait(until: { try queue.list(limit: 200).allSatisfy { $0.attempts == 1 } })
        while elapsed < 3_600_000 {
            elapsed += Int64.random(in: 1...600_000, using: &random)
            fixture.clock.withLock { $0 = begin + elapsed }
            // The queue sleeps by the monotonic clock; an event wakes it.
            #expect(queue.acceptAndWait(fixture.event("tick", target: "tick")))
            tried = try fixture.wait(for: delays.count + delays.count { $0 <= elapsed } + 1).count
            try fixture.wait(until: { try queue.list(limit: 200).count == delays.count { $0 > elapsed } })
            let early = fixture.handled.withLock { $0.filter { $0.attempts > 0 && $0.dueMilliseconds > fixture.now } }
            #expect(early.isEmpty, "seed \(seed)")
        }
        #expect(tried >= delays.count * 2, "seed \(seed)")
    }

    @Test func `events that come while another is written are written together`() throws {
        // Counts the transactions of the log.
        let fixture = try QueueFixture(on: .sqlite)
        let queue = try EventQueue(fixture.storage.open("events", migrations: EventQueue.migrations))
        defer { queue.stop() }
        let before = try fixture.commits()
        let isWritten = Mutex(false)
        let answers = Mutex(0)
        // Its answer blocks the writer's thread.
        queue.accept(fixture.event("first")) { _ in
            while !isWritten.withLock(\.self) { SystemThread.sleep(milliseconds: 1) }
        }
        for number in 0..<500 {
            queue.accept(fixture.event("\(number)")) { isAccepted in
                answers.withLock { $0 += isAccepted.isStored ? 1 : 0 }
            }
        }
        isWritten.withLock { $0 = true }
        try fixture.wait(until: { answers.withLock { $0 } == 500 })
        #expect(try queue.list(limit: 600).count == 501)
        // The first transaction may hold more than one event.
        #expect((1...2).contains(try fixture.commits() - before))
    }

    @Test func `follow-up events are added in the transaction that ends their event, or not at all`() throws {
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

    @Test func `a long queue is not in memory, and is handled to its end`() throws {
        let fixture = try QueueFixture()
        var limits = EventQueue.Limits()
        limits.inFlight = 7
        let queue = try fixture.open(limits: limits)
        defer { queue.stop() }
        for number in 1...500 {
            queue.accept(fixture.event("\(number)", target: number.isMultiple(of: 3) ? "g" : "f")) { _ in }
        }
        #expect(Set(try fixture.wait(for: 500).map(\.event.requestID)).count == 500)
        try fixture.drain(queue)
    }

    @Test func `events beyond the limit of unwritten bytes are refused`() throws {
        let fixture = try QueueFixture()
        var limits = EventQueue.Limits()
        limits.unwrittenBytes = 10
        let queue = try fixture.open(limits: limits)
        defer { queue.stop() }
        #expect(!queue.acceptAndWait(fixture.event("large", payload: Array(repeating: 0, count: 11))))
        #expect(queue.acceptAndWait(fixture.event("small")))
    }

    @Test func `events beyond the limit on the disk are refused until some are finished`() throws {
        let fixture = try QueueFixture { _, _ in nil }
        var limits = EventQueue.Limits()
        limits.diskBytes = 400_000
        let queue = try fixture.open(limits: limits)
        defer { queue.stop() }
        let large = fixture.event("large", payload: Array(repeating: 0, count: 100_000))
        #expect((1...10).map { _ in queue.acceptAndWait(large) }.filter(\.self).count < 4)
        #expect(try queue.purge() > 0)
        // The next transaction reads the size again.
        _ = queue.acceptAndWait(fixture.event("small"))
        #expect(queue.acceptAndWait(large))
    }

    @Test(arguments: [1, 100, 2_100, 4_000, 20_000])
    func `events that are accepted while others are written do not exceed the limit on the disk`(
        payloadBytes: Int
    ) throws {
        let fixture = try QueueFixture { _, now in
            .postponed(untilMilliseconds: now + 60_000, isRetry: false, reason: "")
        }
        var limits = EventQueue.Limits()
        limits.diskBytes = 600_000
        let payload = Array(repeating: UInt8(0), count: payloadBytes)
        for _ in 1...2 {  // a queue that is opened again knows what it has
            let queue = try fixture.open(limits: limits)
            let answers = Mutex((accepted: 0, refused: 0))
            for number in 1...8_000 where answers.withLock({ $0.refused }) < 100 {
                queue.accept(fixture.event("\(number)", target: "f\(number % 7)", payload: payload)) { acceptance in
                    answers.withLock { if acceptance.isStored { $0.accepted += 1 } else { $0.refused += 1 } }
                }
            }
            queue.stop()
            #expect(answers.withLock { $0.refused } >= 100)
            #expect(try queue.store.usedBytes() <= limits.diskBytes)
            #expect(try queue.store.usedBytes() > limits.diskBytes / 8)
        }
    }

    @Test func `follow-up events beyond the limit on the disk are dropped`() throws {
        let record = Array(repeating: UInt8(0), count: 100_000)
        let fixture = try QueueFixture { event, now in
            guard event.event.target == "f" else {
                return .postponed(untilMilliseconds: now + 60_000, isRetry: false, reason: "throttled")
            }
            let followUp = NewEvent(target: "d", requestID: "r", payload: record, acceptedMilliseconds: now)
            return .finished(followUps: [followUp])
        }
        var limits = EventQueue.Limits()
        limits.diskBytes = 400_000
        let queue = try fixture.open(limits: limits)
        defer { queue.stop() }
        for number in 1...10 { _ = queue.acceptAndWait(fixture.event("\(number)")) }
        try fixture.wait { try queue.counts().map(\.target) == ["d"] }
        let kept = try queue.list(limit: 20).count
        #expect((1...4).contains(kept))
        let ended = fixture.handled.withLock { $0.count { $0.event.target == "f" } }
        #expect(fixture.losses.withLock { $0 } + kept == ended)
    }

    @Test func `purged events are gone, and those in flight have no follow-up events`() throws {
        let fixture = try QueueFixture { event, now in
            .postponed(untilMilliseconds: now + 60_000, isRetry: true, reason: "later")
        }
        let queue = try fixture.open()
        defer { queue.stop() }
        for name in ["one", "two"] { #expect(queue.acceptAndWait(fixture.event(name, target: name))) }
        _ = try fixture.wait(for: 2)
        #expect(try queue.purge(EventSelection(targets: ["one"])) == 1)
        #expect(try queue.list(limit: 9).map(\.event.requestID) == ["two"])
        #expect(try queue.counts().map(\.target) == ["two"])
        #expect(try queue.purge() == 1)
    }

    @Test func `summaries have everything but the payload, in pages`() throws {
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
        let all = try queue.summaries(EventSelection(targets: ["a", "b"]), limit: 9)
        #expect(all.map(\.requestID) == ["one", "two", "three"])
        #expect(all.allSatisfy { $0.payloadBytes == 3 && $0.attempts == 1 && $0.reason == "later" && !$0.isInFlight })
        #expect(try queue.summaries(EventSelection(targets: ["a"]), limit: 9).map(\.requestID) == ["one", "three"])
        #expect(try queue.summaries(EventSelection(targets: ["a", "b"]), after: all[0].number, limit: 1) == [all[1]])
        #expect(
            try queue.summaries(EventSelection(targets: ["a", "b"], identity: .number(all[2].number)), limit: 9) == [
                all[2]
            ])
        #expect(try queue.counts().map(\.oldestMilliseconds) == [all[0], all[1]].map(\.acceptedMilliseconds))
    }
}

@Suite(.onEveryEngine) struct EventAttributesTests {
    @Test(arguments: ["", "a=b", "a\r", "\r\n", "\u{301}x", "\\n\\", "=\u{301}\n\u{301}"])
    func `attributes are decoded unchanged for any text`(text: String) {
        let attributes = ["first": text, "Runs:\(text)": "1", "second": "2"]
        let read = EventAttributes.decode(EventAttributes.encode(attributes))
        #expect(read["first"].map { Array($0.utf8) } == Array(text.utf8))
        #expect(read["second"] == "2" && read.count == 3)
    }
}
