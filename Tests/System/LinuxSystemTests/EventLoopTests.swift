import Glibc
import Synchronization
import Testing

@testable import LinuxSystem

/// A list that several threads append to and that a test waits for.
private final class Journal: Sendable {
    private let entries = Mutex<[String]>([])

    func note(_ entry: String) { entries.withLock { $0.append(entry) } }

    /// Waits at most ten seconds for so many entries.
    func wait(for count: Int) -> [String] {
        for _ in 0..<10_000 where entries.withLock({ $0.count }) < count { usleep(1000) }
        return entries.withLock { $0 }
    }
}

/// Blocks a queue's thread until the test opens it.
private final class Gate: Sendable {
    private let isOpen = Mutex(false)

    func open() { isOpen.withLock { $0 = true } }

    func wait(_ journal: Journal) {
        journal.note("first")
        while !isOpen.withLock({ $0 }) { usleep(100) }
    }
}

@Suite struct EventLoopTests {
    @Test func `timers fire in the order of their deadlines, and cancelled ones do not fire`() throws {
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

    @Test func `a timer with a deadline in the past fires at once`() throws {
        let loop = try EventLoop(name: "test")
        let journal = Journal()
        _ = loop.schedule(atNanoseconds: UInt64.max) { journal.note("never") }
        _ = loop.schedule(atNanoseconds: 1) { journal.note("now") }
        #expect(journal.wait(for: 1) == ["now"])
        loop.stop()
    }

    @Test func `timers with equal deadlines fire in the order in which they were scheduled`() throws {
        let loop = try EventLoop(name: "test")
        let journal = Journal()
        let deadline = MonotonicClock.nowNanoseconds() + 20_000_000
        for number in 0..<50 { _ = loop.schedule(atNanoseconds: deadline) { journal.note("\(number)") } }
        #expect(journal.wait(for: 50) == (0..<50).map(String.init))
        loop.stop()
    }

    /// How often a thread of this process went to sleep (proc_pid_status(5)).
    private static func sleepCount(ofThread name: String) throws -> Int {
        let threads = try #require(DirectoryListing.names("/proc/self/task"))
        let thread = try #require(threads.first { TextFile.read("/proc/self/task/\($0)/comm") == "\(name)\n" })
        let lines = try #require(TextFile.read("/proc/self/task/\(thread)/status")).split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix("voluntary_ctxt_switches:") })
        return try #require(line.split(separator: "\t").last.flatMap { Int($0) })
    }

    @Test func `setting and cancelling timers behind the earliest one does not wake the thread`() throws {
        let loop = try EventLoop(name: "test-no-wake")
        let journal = Journal()
        let now = MonotonicClock.nowNanoseconds()
        _ = loop.schedule(atNanoseconds: now + 60_000_000_000) { journal.note("never") }
        _ = loop.schedule(atNanoseconds: 1) { journal.note("started") }
        #expect(journal.wait(for: 1) == ["started"])
        usleep(50_000)
        let before = try Self.sleepCount(ofThread: "test-no-wake")
        for number in 0..<10_000 as Range<UInt64> {
            loop.cancel(loop.schedule(atNanoseconds: now + 61_000_000_000 + number) { journal.note("never") })
        }
        usleep(50_000)
        // On a busy host, the thread may have gone to sleep for the first time only after `before` was read.
        #expect(try Self.sleepCount(ofThread: "test-no-wake") < before + 10)
        #expect(loop.timerCount == 1)
        _ = loop.schedule(atNanoseconds: 1) { journal.note("woken") }
        #expect(journal.wait(for: 2) == ["started", "woken"])
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
