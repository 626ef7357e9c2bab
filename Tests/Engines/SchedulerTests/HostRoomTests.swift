import Testing

@testable import Scheduler

@Suite struct HostRoomTests {
    private let wait = SchedulerLimits().waitNanoseconds

    @Test func `a full host gives the place of the environment idle for longest, once that is gone`() throws {
        var scheduler = TestScheduler { $0.environments = 2 }
        let environments = [try scheduler.busy(1, "f"), try scheduler.busy(2, "g")]
        for environment in environments.reversed() { _ = scheduler.environmentFinished(environment, nowNanoseconds: 0) }
        #expect(scheduler.invoke(3, "h") == [.wait(3, untilNanoseconds: wait), .retire(environments[1])])
        let actions = scheduler.environmentEnded(environments[1], nowNanoseconds: 1).actions
        _ = try started(actions)
        #expect(scheduler.environmentCount.all == 2)
    }

    @Test func `memory is a limit of its own`() throws {
        var scheduler = TestScheduler { $0.memoryMebibytes = 1024 }
        let idle = [try scheduler.idle(1, "f", memory: 512), try scheduler.idle(2, "g", memory: 256)]
        _ = try scheduler.busy(3, "h", memory: 256)
        let actions = scheduler.invoke(4, "i", memory: 768)
        #expect(actions.dropFirst() == [.retire(idle[0]), .retire(idle[1])])
        #expect(scheduler.environmentEnded(idle[1], nowNanoseconds: 0).actions.isEmpty)
        _ = try started(scheduler.environmentEnded(idle[0], nowNanoseconds: 0).actions)
    }

    @Test func `who waits is served in order, by the environment that is free first`() throws {
        var scheduler = TestScheduler { $0.environments = 1 }
        let only = try scheduler.busy(1)
        _ = scheduler.invoke(2)
        _ = scheduler.invoke(3)
        #expect(scheduler.environmentFinished(only, nowNanoseconds: 0) == [.assign(only, 2)])
        #expect(scheduler.environmentFinished(only, nowNanoseconds: 0) == [.assign(only, 3)])
    }

    @Test func `accounts take turns`() throws {
        var scheduler = TestScheduler { $0.environments = 1 }
        let only = try scheduler.busy(1)
        for number in [2, 3] as [UInt64] { _ = scheduler.invoke(InvocationID(number: number), "g") }
        _ = scheduler.invoke(4, NamedVersion("h", account: "another"))
        #expect(scheduler.environmentFinished(only, nowNanoseconds: 0) == [.retire(only)])
        var order: [InvocationID] = []
        var environment = only
        for _ in 0..<3 {
            guard
                case .start(let next, _, _, let invocation)? =
                    scheduler.environmentEnded(environment, nowNanoseconds: 0).actions.last
            else { break }
            order.append(invocation)
            environment = next
        }
        #expect(order == [2, 4, 3])
    }

    @Test func `an environment serves its own version until another has waited for half of its time`() throws {
        var scheduler = TestScheduler { $0.environments = 1 }
        let only = try scheduler.busy(1)
        _ = scheduler.invoke(2, "g")
        _ = scheduler.invoke(3)
        _ = scheduler.invoke(4, at: wait / 2 - 1)
        #expect(scheduler.environmentFinished(only, nowNanoseconds: wait / 2 - 1) == [.assign(only, 3)])
        #expect(scheduler.environmentFinished(only, nowNanoseconds: wait / 2) == [.retire(only)])
        let actions = scheduler.environmentEnded(only, nowNanoseconds: wait / 2).actions
        guard case .start(_, "g", revision: 1, 2)? = actions.first else { throw Unexpected(actions: actions) }
    }

    @Test func `who has waited for too long is throttled, and counts no more`() throws {
        var scheduler = TestScheduler { $0.environments = 1 }
        _ = try scheduler.busy(1)
        _ = scheduler.invoke(2)
        #expect(scheduler.concurrency(of: "account") == 2)
        #expect(scheduler.timePassed(nowNanoseconds: wait - 1).isEmpty)
        #expect(scheduler.timePassed(nowNanoseconds: wait) == [.throttle(2, .concurrentInvocationLimitExceeded)])
        #expect(scheduler.concurrency(of: "account") == 1)
    }

    @Test func `a full line throttles at once`() throws {
        var scheduler = TestScheduler {
            $0.environments = 1
            $0.waitingInvocations = 1
        }
        _ = try scheduler.busy(1)
        #expect(scheduler.invoke(2) == [.wait(2, untilNanoseconds: wait)])
        #expect(scheduler.invoke(3) == [.throttle(3, .concurrentInvocationLimitExceeded)])
    }

    @Test func `what would exceed a limit does not wait`() throws {
        var scheduler = TestScheduler {
            $0.environments = 1
            $0.accountConcurrency = 2
        }
        _ = try scheduler.busy(1)
        _ = scheduler.invoke(2)
        #expect(scheduler.invoke(3) == [.throttle(3, .concurrentInvocationLimitExceeded)])
    }

    @Test func `provisioned environments never make room, and come before who waits`() throws {
        var scheduler = TestScheduler { $0.environments = 2 }
        let ready = scheduler.provision("p", 1)
        let busy = try scheduler.busy(1)
        #expect(scheduler.invoke(2, "g") == [.wait(2, untilNanoseconds: wait)])
        let more = scheduler.provision("p", count: 2, revision: 1, memoryMebibytes: 128, nowNanoseconds: 0)
        #expect(more.isEmpty)
        #expect(scheduler.environmentFinished(busy, nowNanoseconds: 0) == [.retire(busy)])
        #expect(provisioned(scheduler.environmentEnded(busy, nowNanoseconds: 0).actions).count == 1)
        #expect(scheduler.invoke(3, "p") == [.assign(ready[0], 3)])
    }

    @Test func `what can never be provisioned ends no idle environment`() throws {
        var scheduler = TestScheduler { $0.memoryMebibytes = 1024 }
        let idle = try scheduler.idle(1)
        let actions = scheduler.provision("p", count: 1, revision: 1, memoryMebibytes: 2048, nowNanoseconds: 0)
        #expect(actions.isEmpty)
        #expect(scheduler.invoke(2) == [.assign(idle, 2)])
    }
}
