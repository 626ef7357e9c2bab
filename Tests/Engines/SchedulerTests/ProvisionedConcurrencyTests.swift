import Testing

@testable import Scheduler

@Suite struct ProvisionedConcurrencyTests {
    private let second: UInt64 = 1_000_000_000

    @Test func `environments are started before any invocation, and serve first`() throws {
        var scheduler = TestScheduler()
        let actions = scheduler.provision("f", count: 2, revision: 1, memoryMebibytes: 128, nowNanoseconds: 0)
        let ids = provisioned(actions)
        #expect(ids.count == 2)
        #expect(scheduler.provisionedStatus(of: "f").available == 0)
        for id in ids { #expect(scheduler.environmentReady(id, nowNanoseconds: 0).isEmpty) }
        #expect(scheduler.provisionedStatus(of: "f").available == 2)
        #expect(scheduler.invoke(1) == [.assign(ids[1], 1)])
        #expect(scheduler.invoke(2) == [.assign(ids[0], 2)])
        let spill = try started(scheduler.invoke(3))
        #expect(!ids.contains(spill))
        #expect(scheduler.provisionedStatus(of: "f").available == 2)
    }

    @Test func `what is not ready yet is not waited for`() throws {
        var scheduler = TestScheduler()
        let ids = provisioned(
            scheduler.provision("f", count: 1, revision: 1, memoryMebibytes: 128, nowNanoseconds: 0))
        #expect(try started(scheduler.invoke(1)) != ids[0])
    }

    @Test func `it counts against the account whether it runs something or not`() throws {
        var scheduler = TestScheduler { $0.accountConcurrency = 3 }
        let ids = scheduler.provision("f", 2)
        _ = try scheduler.busy(1, "g")
        #expect(scheduler.invoke(2, "g") == [.throttle(2, .concurrentInvocationLimitExceeded)])
        #expect(scheduler.invoke(3) == [.assign(ids[1], 3)])
        #expect(scheduler.invoke(4) == [.assign(ids[0], 4)])
        #expect(scheduler.invoke(5) == [.throttle(5, .concurrentInvocationLimitExceeded)])
    }

    @Test func `it counts against the function's reservation, and spills over within it`() throws {
        var scheduler = TestScheduler()
        scheduler.reserve(2, for: "f", of: "account")
        let ids = scheduler.provision("f", 1)
        #expect(scheduler.invoke(1) == [.assign(ids[0], 1)])
        _ = try scheduler.busy(2)
        #expect(scheduler.invoke(3) == [.throttle(3, .reservedFunctionConcurrentInvocationLimitExceeded)])
    }

    @Test func `a reservation that is provisioned in full leaves nothing for other versions`() {
        var scheduler = TestScheduler()
        scheduler.reserve(1, for: "f", of: "account")
        _ = scheduler.provision("f", 1)
        let refusal = TestAction.throttle(1, .reservedFunctionConcurrentInvocationLimitExceeded)
        #expect(scheduler.invoke(1, NamedVersion("f", number: 2)) == [refusal])
    }

    @Test func `one that ends at work is replaced at once`() {
        var scheduler = TestScheduler()
        let ids = scheduler.provision("f", 1)
        _ = scheduler.invoke(1)
        let (lost, actions) = scheduler.environmentEnded(ids[0], nowNanoseconds: 0)
        #expect(lost == 1)
        #expect(provisioned(actions).count == 1)
    }

    @Test func `one that fails to start is tried again, later each time, and reported`() {
        var scheduler = TestScheduler()
        let first = provisioned(
            scheduler.provision("f", count: 1, revision: 1, memoryMebibytes: 128, nowNanoseconds: 0))
        #expect(provisioned(scheduler.environmentEnded(first[0], nowNanoseconds: 0).actions).isEmpty)
        #expect(scheduler.provisionedStatus(of: "f").isFailing)
        #expect(scheduler.timePassed(nowNanoseconds: second - 1).isEmpty)
        let again = provisioned(scheduler.timePassed(nowNanoseconds: second))
        #expect(again.count == 1)
        _ = scheduler.environmentEnded(again[0], nowNanoseconds: second)
        #expect(scheduler.timePassed(nowNanoseconds: 3 * second - 1).isEmpty)
        let last = provisioned(scheduler.timePassed(nowNanoseconds: 3 * second))
        _ = scheduler.environmentReady(last[0], nowNanoseconds: 3 * second)
        #expect(!scheduler.provisionedStatus(of: "f").isFailing)
    }

    @Test func `fewer are kept when fewer are asked for, and busy ones end after their invocation`() {
        var scheduler = TestScheduler()
        let ids = scheduler.provision("f", 3)
        #expect(scheduler.invoke(1) == [.assign(ids[2], 1)])
        let fewer = scheduler.provision("f", count: 1, revision: 1, memoryMebibytes: 128, nowNanoseconds: 0)
        #expect(fewer == [.retire(ids[0]), .retire(ids[1])])
        #expect(scheduler.environmentFinished(ids[2], nowNanoseconds: 0).isEmpty)
        #expect(scheduler.invoke(2) == [.assign(ids[2], 2)])
        _ = scheduler.provision("f", count: 0, revision: 1, memoryMebibytes: 128, nowNanoseconds: 0)
        #expect(scheduler.environmentFinished(ids[2], nowNanoseconds: 0) == [.retire(ids[2])])
    }

    @Test func `an environment that was started for an invocation does not become provisioned`() throws {
        var scheduler = TestScheduler()
        let idle = try scheduler.idle(1)
        let ids = scheduler.provision("f", 1)
        #expect(ids.count == 1 && !ids.contains(idle))
        #expect(scheduler.timePassed(nowNanoseconds: SchedulerLimits().idleNanoseconds) == [.retire(idle)])
    }

    @Test func `a version that is deleted takes what was provisioned with it`() throws {
        var scheduler = TestScheduler { $0.accountConcurrency = 1 }
        let ids = scheduler.provision("f", 1)
        #expect(scheduler.delete("f", nowNanoseconds: 0) == [.retire(ids[0])])
        _ = try scheduler.busy(1, "g")
    }
}
