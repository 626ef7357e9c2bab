import LinuxSystem
import Sandbox
import Synchronization
import Testing

@testable import FunctionExecution

@Suite struct EnvironmentPoolTests {
    @Test func `an invocation starts an environment, and the next one finds it`() throws {
        let fixture = try PoolFixture.idle()
        let question = fixture.next()
        #expect(question.answer == nil)
        fixture.invoke(2)
        #expect(question.answer == "2")
        #expect(fixture.finish(2, "again"))
        #expect(fixture.result(2) == "answered again")
        #expect(fixture.provider.sandboxes.count == 1)
    }

    @Test func `an environment that comes free takes the invocation that another one starts for`() throws {
        let fixture = try PoolFixture()
        fixture.invoke(1)
        fixture.reactor.runWork()
        let question = fixture.next()
        #expect(question.answer == "1")
        fixture.invoke(2)
        #expect(fixture.finish(1))
        #expect(fixture.next().answer == "2")
        #expect(fixture.finish(2))
        #expect(fixture.result(2) == "answered done")
        // The other one starts all the same, and serves the next.
        fixture.reactor.runWork()
        let (first, second) = (fixture.next(), fixture.next(in: 2))
        fixture.invoke(3)
        #expect([first.answer, second.answer].compactMap(\.self) == ["3"])
        #expect(fixture.pool.busyCount == 1)
    }

    @Test func `what a handler printed is in the tail of the log, before its report`() throws {
        let fixture = try PoolFixture()
        fixture.invoke(1)
        fixture.reactor.runWork()
        _ = fixture.next()
        fixture.provider.sandboxes.first?.print("first\nsecond without an end")
        #expect(fixture.finish(1))
        let tail = fixture.logTail(1).map { $0.prefix(15) }
        #expect(tail == ["START RequestId", "first", "second without ", "END RequestId: ", "REPORT RequestI"])
        _ = fixture.next()
        fixture.invoke(2)
        #expect(fixture.finish(2))
        #expect(fixture.logTail(2).count == 3)
    }

    @Test func `a function that prints without end keeps the thread of its answer for two reads`() throws {
        let fixture = try PoolFixture.idle()
        _ = fixture.next()
        fixture.invoke(2)
        fixture.provider.sandboxes.first?.print("more\n", whileReadTimes: 100, fixture.reactor)
        #expect(fixture.finish(2))
        // The loop's thread goes on with it.
        let lines = { fixture.reactor.writeLogs() > 0 ? fixture.logFile().count(of: " more\n") : 0 }
        #expect((1...3).contains(lines()))
        fixture.reactor.advance(milliseconds: 0)
        #expect(lines() == 100)
    }

    @Test func `no answer waits for a disk: what was printed is written afterwards, by another thread`() throws {
        let fixture = try PoolFixture()
        fixture.invoke(1)
        fixture.reactor.runWork()
        _ = fixture.next()
        fixture.provider.sandboxes.first?.print("printed\n")
        #expect(fixture.finish(1))
        #expect(fixture.result(1) == "answered done")
        #expect(fixture.logFile().isEmpty)
        #expect(fixture.reactor.writeLogs() > 0)
        #expect(fixture.logFile().contains(" printed\n"))
    }

    @Test func `an event is over when its log is written, or cannot be soon`() throws {
        let fixture = try PoolFixture.idle()
        _ = fixture.next()
        fixture.invoke(2, log: .written)
        fixture.provider.sandboxes.first?.print("printed\n")
        #expect(fixture.finish(2))
        #expect(fixture.result(2) == nil)
        #expect(fixture.reactor.writeLogs() > 0)
        #expect(fixture.result(2) == "answered done")
        #expect(fixture.logFile().contains(" printed\n"))
        _ = fixture.next()
        fixture.reactor.refuseLogging(true)
        fixture.invoke(3, log: .written)
        #expect(fixture.finish(3))
        #expect(fixture.result(3) == "answered done")
    }

    @Test func `what a silent handler has in its log is written within a second, while it runs`() throws {
        let fixture = try PoolFixture(timeoutSeconds: 60)
        fixture.invoke(1)
        fixture.reactor.runWork()
        fixture.reactor.advance(milliseconds: 1_000)
        #expect(fixture.reactor.writeLogs() == 1)
        #expect(fixture.logFile().contains(" INIT_START "))
        _ = fixture.next()
        #expect(fixture.reactor.writeLogs() == 0, "the beginning of an invocation was written before its answer")
        fixture.reactor.advance(milliseconds: 1_000)
        #expect(fixture.reactor.writeLogs() == 1)
        #expect(fixture.logFile().contains(" START RequestId: 1 "))
        fixture.reactor.advance(milliseconds: 5_000)
        #expect(fixture.reactor.writeLogs() == 0)
        #expect(fixture.finish(1))
        _ = fixture.next()
        fixture.reactor.advance(milliseconds: 75)
        #expect(fixture.reactor.writeLogs() == 1)
        #expect(fixture.logFile().split(separator: "\n").count == 4)
    }

    @Test func `where the disk lags, lines are held and written when it has caught up`() throws {
        let fixture = try PoolFixture()
        fixture.reactor.refuseLogging(true)
        fixture.invoke(1)
        fixture.reactor.runWork()
        _ = fixture.next()
        fixture.provider.sandboxes.first?.print("printed\n")
        #expect(fixture.finish(1))
        // The answer is there, no thread has written, and the line is not lost.
        #expect(fixture.result(1) == "answered done")
        #expect(fixture.logFile().isEmpty)
        fixture.reactor.refuseLogging(false)
        fixture.reactor.advance(milliseconds: 100)
        #expect(fixture.reactor.writeLogs() > 0)
        #expect(fixture.logFile().contains(" printed\n"))
    }

    @Test func `an invocation fails at its time-out, before its sandbox has ended`() throws {
        let fixture = try PoolFixture()
        fixture.invoke(1)
        fixture.reactor.runWork()
        _ = fixture.next()
        fixture.reactor.advance(milliseconds: 2_999)
        #expect(fixture.result(1) == nil)
        fixture.reactor.advance(milliseconds: 1)
        #expect(fixture.result(1)?.contains("Task timed out after 3.00 seconds") == true)
        let sandbox = try #require(fixture.provider.sandboxes.first)
        #expect(sandbox.orders == ["kill"])
        #expect(!fixture.finish(1))
        sandbox.end(.killed, fixture.reactor)
        fixture.reactor.runWork()
        #expect(sandbox.isClosed)
        #expect(fixture.pool.busyCount == 0)
    }

    @Test func `no time-out waits for the thread that measures memory where no kernel limits it`() throws {
        let fixture = try PoolFixture(timeoutSeconds: 3, limitsMemory: false)
        fixture.invoke(1)
        fixture.reactor.runWork()
        _ = fixture.next()
        let sandbox = try #require(fixture.provider.sandboxes.first)
        fixture.reactor.advance(milliseconds: 20)
        #expect(fixture.reactor.measure() == 1)
        sandbox.useUnlimitedMemory(bytes: 129 << 20)
        // The measuring thread is slow: nothing measures until the time-out, which comes all the same.
        fixture.reactor.advance(milliseconds: 2990)
        #expect(fixture.result(1)?.contains("timed out after 3.00 seconds") == true)
        #expect(!sandbox.orders.contains("kill for memory"))
    }

    @Test func `where no kernel limits memory, an environment that takes too much ends`() throws {
        let fixture = try PoolFixture(limitsMemory: false)
        fixture.invoke(1)
        fixture.reactor.runWork()
        _ = fixture.next()
        let sandbox = try #require(fixture.provider.sandboxes.first)
        sandbox.useUnlimitedMemory(bytes: 128 << 20)
        fixture.reactor.advance(milliseconds: 20)
        #expect(fixture.reactor.measure() == 1)
        #expect(!sandbox.orders.contains("kill for memory"))
        sandbox.useUnlimitedMemory(bytes: (128 << 20) + 1)
        fixture.reactor.advance(milliseconds: 20)
        #expect(fixture.reactor.measure() == 1)
        #expect(sandbox.orders.last == "kill for memory")
    }

    @Test func `an idle environment is frozen after 50 ms and thawed by the next invocation`() throws {
        let fixture = try PoolFixture.idle()
        let question = fixture.next()
        fixture.reactor.advance(milliseconds: 75)
        let sandbox = try #require(fixture.provider.sandboxes.first)
        #expect(sandbox.orders == ["freeze"])
        fixture.invoke(2)
        #expect(sandbox.orders == ["freeze", "thaw"])
        #expect(question.answer == "2")
    }

    @Test func `an invocation whose runtime ended before it asked runs in another environment`() throws {
        let fixture = try PoolFixture.idle()
        fixture.invoke(2)
        fixture.provider.sandboxes.first?.end(.exited(code: 1), fixture.reactor)
        fixture.reactor.runWork()
        #expect(fixture.result(2) == nil)
        #expect(fixture.provider.sandboxes.count == 2)
        #expect(fixture.provider.sandboxes.first?.isClosed == true)
    }

    @Test func `a failed init phase is repeated in a second sandbox, and the first one is closed`() throws {
        let fixture = try PoolFixture()
        fixture.invoke(1)
        fixture.reactor.runWork()
        fixture.provider.sandboxes.first?.end(.exited(code: 1), fixture.reactor)
        fixture.reactor.runWork()
        #expect(fixture.provider.sandboxes.count == 2)
        #expect(fixture.provider.sandboxes.first?.isClosed == true)
        #expect(fixture.next().answer == "1")
    }

    @Test func `an invocation is refused where no sandbox can be made`() throws {
        let fixture = try PoolFixture()
        fixture.provider.fail()
        fixture.invoke(1)
        fixture.reactor.runWork()
        #expect(fixture.result(1)?.contains("mount the new root") == true)
        #expect(fixture.pool.busyCount == 0)
    }

    @Test func `an invocation is refused where too many environments start`() throws {
        let fixture = try PoolFixture()
        fixture.reactor.refuseWork()
        fixture.invoke(1)
        #expect(fixture.result(1)?.contains("Too many environments start at once") == true)
    }

    @Test func `an invocation does not wait for a sandbox for more than 45 seconds`() throws {
        let fixture = try PoolFixture()
        fixture.invoke(1)
        fixture.reactor.advance(milliseconds: 45_000)
        #expect(fixture.result(1)?.contains("could not make an execution environment in time") == true)
        fixture.reactor.runWork()
        #expect(fixture.provider.sandboxes.isEmpty)
        #expect(fixture.pool.census().isEmpty)
    }

    @Test func `an environment that ends leaves no timer and no watch`() throws {
        let before = try PoolFixture().reactor.pendingCount
        let fixture = try PoolFixture.idle()
        #expect(fixture.reactor.pendingCount.watches > before.watches)
        fixture.provider.sandboxes.first?.end(.exited(code: 0), fixture.reactor)
        #expect(fixture.reactor.pendingCount == before)
    }

    @Test func `the server's stop answers what runs, ends every environment and refuses what comes`() throws {
        let fixture = try PoolFixture()
        fixture.invoke(1)
        fixture.reactor.runWork()
        _ = fixture.next()
        fixture.pool.stop(afterSeconds: 0, isImpatient: { false })
        #expect(fixture.provider.sandboxes.first?.orders == ["kill"])
        fixture.provider.sandboxes.first?.end(.killed, fixture.reactor)
        #expect(fixture.result(1)?.contains("The server was stopped while this function ran.") == true)
        fixture.invoke(2)
        #expect(fixture.result(2)?.contains("Strata is stopping") == true)
    }

    @Test func `one thread at a time performs what many threads' events lead to, and loses none of it`() throws {
        let fixture = try PoolFixture.idle()
        let environment = try #require(fixture.pool.state.withLock { $0.environments.values.first })
        let inside = Mutex((now: 0, most: 0, all: 0))
        let (threads, events) = (4, 500)
        let workers = try (0..<threads).map { _ in
            try SystemThread(name: "test") {
                for _ in 0..<events {
                    environment.handle { _, _ in
                        [
                            .complete(
                                fixture.invocation(0) { _ in
                                    inside.withLock {
                                        ($0.now, $0.most, $0.all) = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1)
                                    }
                                    inside.withLock { $0.now -= 1 }
                                }, .answered([]))
                        ]
                    }
                }
            }
        }
        for worker in workers { worker.join() }
        fixture.reactor.advance(milliseconds: 0)
        #expect(inside.withLock { $0.most } == 1)
        #expect(inside.withLock { $0.all } == threads * events)
    }
}

extension String {
    fileprivate func count(of part: String) -> Int {
        split(separator: part, omittingEmptySubsequences: false).count - 1
    }
}
