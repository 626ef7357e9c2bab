import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import ServiceKit

@Suite struct ChangeFeedTests {
    private struct DiskFault: Error {}

    @Test func `followers have acted when a publication returns, invalidations before effects`() throws {
        let feed = try ChangeFeed<String>()
        let seen = Mutex<[String]>([])
        feed.addEffect(named: "effect") { change in seen.withLock { $0.append("effect \(change)") } }
        feed.addInvalidation { change in seen.withLock { $0.append("invalidate \(change)") } }
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
        feed.addEffect(named: "effect") { _ in
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
        feed.addEffect(named: "effect") { _ in
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
        // Fifty publications and a few retries, not fifty chains of retries.
        #expect(tries.load(ordering: .relaxed) < 70)
    }

    @Test func `a success that began before a later failure does not end the retries`() throws {
        let feed = try ChangeFeed<String>()
        let runs = Mutex<[String]>([])
        let (isRunning, mayEnd, done) = (Semaphore(), Semaphore(), Semaphore())
        feed.addEffect(named: "effect") { _ in
            let run = runs.withLock { runs in
                runs.append("run")
                return runs.count
            }
            switch run {
            case 1:
                // The first commit's run has read its rows, and is slow.
                isRunning.signal()
                mayEnd.wait()
            case 2: throw DiskFault()
            default: done.signal()
            }
        }
        let first = try SystemThread(name: "first commit") { feed.publish(["change"]) }
        isRunning.wait()
        feed.publish(["change"])
        mayEnd.signal()
        first.join()
        done.wait()
        feed.stop()
        #expect(runs.withLock { $0.count } == 3)
        #expect(feed.failedEffects == 0)
    }

    @Test func `a stopped feed retries nothing and still reaches each follower once`() throws {
        let feed = try ChangeFeed<String>()
        let tries = Atomic(0)
        let invalidations = Atomic(0)
        feed.addInvalidation { _ in invalidations.add(1, ordering: .relaxed) }
        feed.addEffect(named: "effect") { _ in
            tries.add(1, ordering: .relaxed)
            throw DiskFault()
        }
        feed.publish(["before"])
        feed.stop()
        let triesUntilStop = tries.load(ordering: .relaxed)
        feed.publish(["after"])
        usleep(200_000)
        #expect(tries.load(ordering: .relaxed) == triesUntilStop + 1)
        #expect(invalidations.load(ordering: .relaxed) == 2)
    }
}
