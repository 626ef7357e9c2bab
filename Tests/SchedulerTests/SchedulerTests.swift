import Testing

@testable import Scheduler

private typealias TestScheduler = Scheduler<String, String>

@Suite struct SchedulerTests {
    private func started(_ actions: [SchedulerAction<String>]) throws -> EnvironmentID {
        guard case .start(let environment, _, _, _)? = actions.last else {
            throw Unexpected(actions: actions)
        }
        return environment
    }

    private struct Unexpected: Error { let actions: [SchedulerAction<String>] }

    private func invoke(
        _ scheduler: inout TestScheduler, _ number: UInt64, _ function: String = "f", revision: UInt64 = 1
    ) -> [SchedulerAction<String>] {
        scheduler.invoke(
            InvocationID(number: number), function: function, revision: revision, account: "a", nowNanoseconds: 0)
    }

    @Test func `an idle environment is reused before a new one is started`() throws {
        var scheduler = TestScheduler()
        let first = try started(invoke(&scheduler, 1))
        #expect(scheduler.environmentStarted(first) == InvocationID(number: 1))
        #expect(scheduler.environmentFinished(first, nowNanoseconds: 5).isEmpty)
        #expect(invoke(&scheduler, 2) == [.assign(first, InvocationID(number: 2))])
        let second = try started(invoke(&scheduler, 3))
        #expect(second != first)
    }

    @Test func `the environment used last serves next`() throws {
        var scheduler = TestScheduler()
        let environments = try (1...3).map { try started(invoke(&scheduler, $0)) }
        for environment in environments {
            _ = scheduler.environmentStarted(environment)
        }
        for environment in [environments[1], environments[2], environments[0]] {
            #expect(scheduler.environmentFinished(environment, nowNanoseconds: 9).isEmpty)
        }
        #expect(invoke(&scheduler, 4) == [.assign(environments[0], InvocationID(number: 4))])
    }

    @Test func `a new revision retires idle environments at once and busy ones after their invocation`() throws {
        var scheduler = TestScheduler()
        let idle = try started(invoke(&scheduler, 1))
        let busy = try started(invoke(&scheduler, 2))
        _ = scheduler.environmentStarted(idle)
        _ = scheduler.environmentStarted(busy)
        _ = scheduler.environmentFinished(idle, nowNanoseconds: 0)
        #expect(scheduler.update("f", revision: 2) == [.retire(idle)])
        let fresh = try started(invoke(&scheduler, 3, revision: 2))
        #expect(scheduler.environmentFinished(busy, nowNanoseconds: 1) == [.retire(busy)])
        #expect(scheduler.environmentStarted(fresh) == InvocationID(number: 3))
    }

    @Test func `an invocation that was resolved before an update runs what it was resolved to, once`() throws {
        var scheduler = TestScheduler()
        _ = scheduler.update("f", revision: 2)
        let late = try started(invoke(&scheduler, 1, revision: 1))
        _ = scheduler.environmentStarted(late)
        #expect(scheduler.environmentFinished(late, nowNanoseconds: 0) == [.retire(late)])
    }

    @Test func `the account's limit throttles and a finished invocation makes room`() throws {
        var limits = SchedulerLimits()
        limits.accountConcurrency = 1
        var scheduler = TestScheduler(limits: limits)
        let environment = try started(invoke(&scheduler, 1))
        #expect(invoke(&scheduler, 2) == [.throttle(InvocationID(number: 2), .concurrentInvocationLimitExceeded)])
        #expect(scheduler.environmentEnded(environment) == InvocationID(number: 1))
        _ = try started(invoke(&scheduler, 3))
    }

    @Test func `a full host gives the place of the environment idle for longest`() throws {
        var limits = SchedulerLimits()
        limits.environments = 2
        var scheduler = TestScheduler(limits: limits)
        let environments = try ["f", "g"].enumerated().map { try started(invoke(&scheduler, UInt64($0), $1)) }
        for environment in environments.reversed() {
            _ = scheduler.environmentStarted(environment)
            _ = scheduler.environmentFinished(environment, nowNanoseconds: 0)
        }
        let actions = invoke(&scheduler, 3, "h")
        #expect(actions.first == .retire(environments[1]))
        _ = try started(actions)
    }

    @Test func `idle environments are retired when their time is over`() throws {
        var scheduler = TestScheduler()
        let environment = try started(invoke(&scheduler, 1))
        _ = scheduler.environmentStarted(environment)
        _ = scheduler.environmentFinished(environment, nowNanoseconds: 100)
        let limit = SchedulerLimits().idleNanoseconds
        #expect(scheduler.expireIdle(nowNanoseconds: 99 + limit).isEmpty)
        #expect(scheduler.expireIdle(nowNanoseconds: 100 + limit) == [.retire(environment)])
    }

    @Test func `reports about environments that are gone change nothing`() {
        var scheduler = TestScheduler()
        let nobody = EnvironmentID(number: 77)
        #expect(scheduler.environmentStarted(nobody) == nil)
        #expect(scheduler.environmentFinished(nobody, nowNanoseconds: 0).isEmpty)
        #expect(scheduler.environmentEnded(nobody) == nil)
    }
}
