import Testing

@testable import Scheduler

@Suite struct SchedulerTests {
    @Test func `an idle environment is reused before a new one is started`() throws {
        var scheduler = TestScheduler()
        let first = try started(scheduler.invoke(1))
        #expect(scheduler.environmentStarted(first) == 1)
        #expect(scheduler.environmentFinished(first, nowNanoseconds: 5).isEmpty)
        #expect(scheduler.invoke(2) == [.assign(first, 2)])
        let second = try started(scheduler.invoke(3))
        #expect(second != first)
    }

    @Test func `the environment used last serves next`() throws {
        var scheduler = TestScheduler()
        let environments = try [1, 2, 3].map { try scheduler.busy(InvocationID(number: $0)) }
        for environment in [environments[1], environments[2], environments[0]] {
            #expect(scheduler.environmentFinished(environment, nowNanoseconds: 9).isEmpty)
        }
        #expect(scheduler.invoke(4) == [.assign(environments[0], 4)])
    }

    @Test func `a new revision retires idle environments at once and busy ones after their invocation`() throws {
        var scheduler = TestScheduler()
        let busy = try scheduler.busy(1)
        let idle = try scheduler.idle(2)
        #expect(scheduler.update("f", revision: 2) == [.retire(idle)])
        let fresh = try started(scheduler.invoke(3, revision: 2))
        #expect(scheduler.environmentFinished(busy, nowNanoseconds: 1) == [.retire(busy)])
        #expect(scheduler.environmentStarted(fresh) == 3)
    }

    @Test func `an invocation that was resolved before an update runs what it was resolved to, once`() throws {
        var scheduler = TestScheduler()
        _ = scheduler.update("f", revision: 2)
        let late = try scheduler.busy(1)
        #expect(scheduler.environmentFinished(late, nowNanoseconds: 0) == [.retire(late)])
    }

    @Test func `the account's limit throttles and a finished invocation makes room`() throws {
        var scheduler = TestScheduler { $0.accountConcurrency = 1 }
        let environment = try started(scheduler.invoke(1))
        #expect(scheduler.invoke(2) == [.throttle(2, .concurrentInvocationLimitExceeded)])
        _ = try started(scheduler.invoke(3, NamedVersion("f", account: "another")))
        #expect(scheduler.environmentEnded(environment, nowNanoseconds: 0).invocation == 1)
        _ = try started(scheduler.invoke(4, at: 1_000_000_000))
    }

    @Test func `idle environments are retired when their time is over, and those that are provisioned are not`() throws
    {
        var scheduler = TestScheduler()
        let ready = scheduler.provision("p", 1)
        let environment = try scheduler.busy(1)
        _ = scheduler.environmentFinished(environment, nowNanoseconds: 100)
        let limit = SchedulerLimits().idleNanoseconds
        #expect(scheduler.timePassed(nowNanoseconds: 99 + limit).isEmpty)
        #expect(scheduler.timePassed(nowNanoseconds: 100 + limit) == [.retire(environment)])
        #expect(scheduler.invoke(2, "p", at: 3 * limit) == [.assign(ready[0], 2)])
    }

    @Test func `reports about environments that are gone change nothing`() {
        var scheduler = TestScheduler()
        let unknown = EnvironmentID(number: 77)
        #expect(scheduler.environmentStarted(unknown) == nil)
        #expect(scheduler.environmentReady(unknown, nowNanoseconds: 0).isEmpty)
        #expect(scheduler.environmentFinished(unknown, nowNanoseconds: 0).isEmpty)
        #expect(scheduler.environmentEnded(unknown, nowNanoseconds: 0).invocation == nil)
    }

    @Test func `a burst beyond the scaling rate is throttled, and a second later there is some room again`() throws {
        var scheduler = TestScheduler { $0.startsPerInterval = 20 }
        for number in 1...20 { _ = try started(scheduler.invoke(InvocationID(number: UInt64(number)))) }
        #expect(scheduler.invoke(21) == [.throttle(21, .functionInvocationRateLimitExceeded)])
        _ = try started(scheduler.invoke(22, "g"))
        _ = try started(scheduler.invoke(23, at: 1_000_000_000))
        _ = try started(scheduler.invoke(24, at: 1_000_000_000))
        #expect(scheduler.invoke(25, at: 1_000_000_000) == [.throttle(25, .functionInvocationRateLimitExceeded)])
    }

    @Test func `ten requests a second for each invocation at once, for a function, its reservation and the account`()
        throws
    {
        var scheduler = TestScheduler { $0.accountConcurrency = 3 }
        scheduler.reserve(1, for: "r", of: "account")
        let idle = try ["f", "g", "r"].map { try scheduler.idle(1, NamedVersion($0)) }
        func call(_ function: NamedVersion, _ environment: EnvironmentID) -> TestAction? {
            let actions = scheduler.invoke(2, function)
            _ = scheduler.environmentFinished(environment, nowNanoseconds: 0)
            return actions.last
        }
        // One of the ten that one reserved invocation stands for was spent above, and so on.
        for _ in 1..<10 { #expect(call("r", idle[2]) == .assign(idle[2], 2)) }
        #expect(call("r", idle[2]) == .throttle(2, .reservedFunctionInvocationRateLimitExceeded))
        for _ in 1..<19 { #expect(call("f", idle[0]) == .assign(idle[0], 2)) }
        #expect(call("g", idle[1]) == .throttle(2, .callerRateLimitExceeded))
    }

    @Test func `a function alone is held to what is not reserved`() throws {
        var scheduler = TestScheduler { $0.accountConcurrency = 3 }
        scheduler.reserve(1, for: "r", of: "account")
        let idle = try scheduler.idle(1)
        for _ in 1..<20 {
            #expect(scheduler.invoke(2) == [.assign(idle, 2)])
            _ = scheduler.environmentFinished(idle, nowNanoseconds: 0)
        }
        #expect(scheduler.invoke(3) == [.throttle(3, .functionInvocationRateLimitExceeded)])
    }
}
