import Glibc
import Synchronization
import Testing

@testable import ServiceKit

@Suite struct ChangeFeedTests {
    private struct DiskFault: Error {}

    @Test func `followers have acted when a publication returns, invalidations before effects`() throws {
        let feed = try ChangeFeed<String>()
        let seen = Mutex<[String]>([])
        feed.perform("effect") { change in seen.withLock { $0.append("effect \(change)") } }
        feed.invalidate { change in seen.withLock { $0.append("invalidate \(change)") } }
        feed.publish(["a", "b"])
        #expect(seen.withLock { $0 } == ["invalidate a", "invalidate b", "effect a", "effect b"])
        #expect(feed.failedEffects == 0)
        feed.stop()
    }

    @Test func `an effect that fails is retried until it succeeds, and fails no publication`() throws {
        let reports = Mutex<[Int]>([])
        let feed = try ChangeFeed<String> { _, _, attempt in reports.withLock { $0.append(attempt) } }
        let tries = Atomic(0)
        let done = Semaphore()
        feed.perform("effect") { _ in
            guard tries.add(1, ordering: .relaxed).newValue == 3 else { throw DiskFault() }
            done.signal()
        }
        feed.publish(["change"])
        #expect(feed.failedEffects == 1)
        done.wait()
        feed.stop()
        #expect(feed.failedEffects == 0)
        #expect(reports.withLock { $0 } == [1, 2])
    }

    @Test func `the same change that fails twice is retried as one`() throws {
        let feed = try ChangeFeed<String>()
        let isBroken = Mutex(true)
        let tries = Atomic(0)
        let done = Semaphore()
        feed.perform("effect") { _ in
            tries.add(1, ordering: .relaxed)
            if isBroken.withLock({ $0 }) { throw DiskFault() }
            done.signal()
        }
        for _ in 0..<50 { feed.publish(["change"]) }
        #expect(feed.failedEffects == 1)
        isBroken.withLock { $0 = false }
        done.wait()
        feed.stop()
        #expect(feed.failedEffects == 0)
        // Fifty at once, then a few retries, and not fifty times as many.
        #expect(tries.load(ordering: .relaxed) < 70)
    }
}

/// Counts signals from other threads (sem_overview(7)).
final class Semaphore: Sendable {
    nonisolated(unsafe) private let value: UnsafeMutablePointer<sem_t>

    init() {
        value = .allocate(capacity: 1)
        sem_init(value, 0, 0)
    }

    func signal() { sem_post(value) }
    func wait() { while sem_wait(value) != 0 {} }
}
