import Glibc
import Synchronization
import Testing

@testable import LinuxSystem

/// A list that grows from several threads, and that a test waits on.
private final class Journal: Sendable {
    private let entries = Mutex<[String]>([])

    func note(_ entry: String) { entries.withLock { $0.append(entry) } }

    /// Waits, for ten seconds at most, until there are so many entries.
    func wait(for count: Int) -> [String] {
        for _ in 0..<10_000 where entries.withLock({ $0.count }) < count { usleep(1000) }
        return entries.withLock { $0 }
    }
}

/// Holds a queue's thread until the test opens it.
private final class Gate: Sendable {
    private let isOpen = Mutex(false)

    func open() { isOpen.withLock { $0 = true } }

    func wait(_ journal: Journal) {
        journal.note("first")
        while !isOpen.withLock({ $0 }) { usleep(100) }
    }
}

@Suite struct EventLoopTests {
    @Test func `timers run out in the order of their deadlines, and cancelled ones do not`() throws {
        let loop = try EventLoop(name: "test")
        let journal = Journal()
        let now = MonotonicClock.nowNanoseconds()
        _ = loop.schedule(atNanoseconds: now + 60_000_000) { journal.note("later") }
        _ = loop.schedule(atNanoseconds: now + 30_000_000) { journal.note("sooner") }
        let cancelled = loop.schedule(atNanoseconds: now + 1_000_000_000) { journal.note("never") }
        loop.cancel(cancelled)
        #expect(journal.wait(for: 2) == ["sooner", "later"])
        loop.stop()
    }

    @Test func `a deadline that lies in the past runs out at once`() throws {
        let loop = try EventLoop(name: "test")
        let journal = Journal()
        _ = loop.schedule(atNanoseconds: UInt64.max) { journal.note("never") }
        _ = loop.schedule(atNanoseconds: 1) { journal.note("now") }
        #expect(journal.wait(for: 1) == ["now"])
        loop.stop()
    }

    @Test func `a readable descriptor is reported until its watch is cancelled`() throws {
        let loop = try EventLoop(name: "test")
        let journal = Journal()
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let input = FileDescriptor(owning: ends[0])
        let output = FileDescriptor(owning: ends[1])
        let number = input.rawValue
        let token = try loop.watch(number) {
            var byte: UInt8 = 0
            _ = read(number, &byte, 1)
            journal.note("\(byte)")
        }
        for byte: UInt8 in 1...3 {
            var byte = byte
            #expect(write(output.rawValue, &byte, 1) == 1)
        }
        #expect(journal.wait(for: 3) == ["1", "2", "3"])
        loop.cancel(token)
        var byte: UInt8 = 4
        #expect(write(output.rawValue, &byte, 1) == 1)
        usleep(20_000)
        #expect(journal.wait(for: 3).count == 3)
        loop.stop()
        _ = consume input
    }

    @Test func `work is done in order, and refused beyond the queue's capacity`() throws {
        let queue = try WorkQueue(name: "test", threadCount: 1, capacity: 2)
        let journal = Journal()
        let gate = Gate()
        #expect(queue.submit { gate.wait(journal) })
        while journal.wait(for: 1).isEmpty {}
        #expect(queue.submit { journal.note("second") })
        #expect(queue.submit { journal.note("third") })
        #expect(!queue.submit { journal.note("one too many") })
        gate.open()
        queue.close()
        #expect(journal.wait(for: 3) == ["first", "second", "third"])
        #expect(!queue.submit {})
    }
}
