import LinuxSystem
import Sandbox
import Scheduler
import Synchronization
import Testing

@testable import FunctionExecution

/// What threads may do at the very moment at which an environment ends.
@Suite struct EndedEnvironmentTests {
    /// A pool whose first environment has answered invocation 1, and waits for more.
    private func idle(limits: SchedulerLimits = SchedulerLimits()) throws -> (PoolFixture, ExecutionEnvironment) {
        let fixture = try PoolFixture(limits: limits)
        fixture.invoke(1)
        fixture.reactor.runWork()
        _ = fixture.next()
        #expect(fixture.finish(1))
        return (fixture, try #require(fixture.pool.state.withLock { $0.environments.values.first }))
    }

    /// Does something while a thread performs for an environment: what the environment decides meanwhile is performed
    /// behind it.
    private func whilePerforming(
        for environment: ExecutionEnvironment, of fixture: PoolFixture, _ body: @escaping @Sendable () -> Void
    ) {
        environment.handle { _, _ in [.complete(fixture.invocation(0) { _ in body() }, .answered([]))] }
    }

    @Test func `an invocation that is assigned to an environment that has just ended runs in another, and counts once`()
        throws
    {
        var limits = SchedulerLimits()
        limits.accountConcurrency = 1
        let (fixture, environment) = try idle(limits: limits)
        whilePerforming(for: environment, of: fixture) {
            fixture.provider.sandboxes.first?.end(.exited(code: 1), fixture.reactor)
            // The scheduler has not heard of the end, and assigns.
            fixture.invoke(2)
            #expect(fixture.result(2) == nil, "it was throttled by its own first attempt")
            #expect(fixture.pool.busyCount == 1)
        }
        #expect(fixture.pool.state.withLock { $0.environments.count } == 1)
        fixture.reactor.runWork()
        #expect(fixture.next(in: 2).answer == "2")
        #expect(fixture.finish(2, in: 2))
        #expect(fixture.result(2) == "answered done")
        #expect(fixture.pool.busyCount == 0)
        #expect(fixture.provider.sandboxes.map(\.isClosed) == [true, false])
    }

    @Test func `an invocation that waits for room gets that of an environment that is gone`() throws {
        var limits = SchedulerLimits()
        limits.environments = 1
        let fixture = try PoolFixture(limits: limits)
        fixture.invoke(1)
        fixture.reactor.runWork()
        _ = fixture.next()
        fixture.invoke(2)
        #expect(fixture.pool.busyCount == 2)
        fixture.provider.sandboxes.first?.end(.outOfMemory, fixture.reactor)
        fixture.reactor.runWork()
        #expect(fixture.next(in: 2).answer == "2")
        #expect(fixture.finish(2, in: 2))
        #expect(fixture.result(2) == "answered done")
    }

    @Test func `an environment that forges messages is told to the operator, and explains itself in its log`() throws {
        let (fixture, _) = try idle()
        fixture.invoke(2)
        #expect(fixture.next().answer == "2")
        let sandbox = try #require(fixture.provider.sandboxes.first)
        sandbox.happen(.forged, fixture.reactor)
        #expect(fixture.forgers.list.withLock { $0 } == [fixture.revision.function])
        sandbox.end(.lost, fixture.reactor)
        fixture.reactor.runWork()
        #expect(fixture.result(2)?.hasPrefix("failed ") == true)
        let words = "this environment is ended: a program in it spoke as its first process."
        #expect(fixture.logTail(2).contains { $0.hasSuffix(words) })
        #expect(fixture.provider.sandboxes.map(\.isClosed) == [true])
    }

    @Test func `at no moment does the scheduler count an environment that the pool does not find`() throws {
        let fixture = try PoolFixture()
        let (isDone, differences) = (Flag(), Flag())
        let observer = try SystemThread(name: "test") {
            while !isDone.value.load(ordering: .relaxed) {
                let isSame = fixture.pool.state.withLock {
                    $0.scheduler.environmentCount.all == $0.environments.count
                }
                if !isSame { differences.value.store(true, ordering: .relaxed) }
            }
        }
        for number in 1...500 {
            fixture.invoke(number)
            fixture.reactor.runWork()
            let sandbox = try #require(fixture.provider.sandboxes.last)
            sandbox.end(.exited(code: 1), fixture.reactor)
            // The init phase is repeated once.
            fixture.reactor.runWork()
            fixture.provider.sandboxes.last?.end(.exited(code: 1), fixture.reactor)
            fixture.reactor.runWork()
            fixture.provider.forgetClosed()
        }
        isDone.value.store(true, ordering: .relaxed)
        observer.join()
        let hasDiffered = differences.value.load(ordering: .relaxed)
        #expect(!hasDiffered)
        #expect(fixture.pool.state.withLock { $0.environments.isEmpty })
    }
}

private final class Flag: Sendable {
    let value = Atomic(false)
}
