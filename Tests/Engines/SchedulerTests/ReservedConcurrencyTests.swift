import Testing

@testable import Scheduler

@Suite struct ReservedConcurrencyTests {
    @Test func `a reservation caps all versions of a function together`() throws {
        var scheduler = TestScheduler()
        scheduler.reserve(2, for: "f", of: "account")
        _ = try scheduler.busy(1, NamedVersion("f", number: 1))
        let second = try scheduler.busy(2, NamedVersion("f", number: 2))
        let refusal = TestAction.throttle(3, .reservedFunctionConcurrentInvocationLimitExceeded)
        #expect(scheduler.invoke(3, NamedVersion("f", number: 3)) == [refusal])
        _ = scheduler.environmentFinished(second, nowNanoseconds: 0)
        _ = try started(scheduler.invoke(4, NamedVersion("f", number: 3)))
    }

    @Test func `nothing reserved is nothing run`() {
        var scheduler = TestScheduler()
        scheduler.reserve(0, for: "f", of: "account")
        #expect(scheduler.invoke(1) == [.throttle(1, .reservedFunctionConcurrentInvocationLimitExceeded)])
        scheduler.reserve(nil, for: "f", of: "account")
        #expect(throws: Never.self) { try started(scheduler.invoke(2)) }
    }

    @Test func `what is reserved is kept from all other functions`() throws {
        var scheduler = TestScheduler { $0.accountConcurrency = 3 }
        scheduler.reserve(2, for: "f", of: "account")
        _ = try scheduler.busy(1, "g")
        #expect(scheduler.invoke(2, "g") == [.throttle(2, .concurrentInvocationLimitExceeded)])
        #expect(scheduler.invoke(3, "h") == [.throttle(3, .concurrentInvocationLimitExceeded)])
        _ = try scheduler.busy(4)
        _ = try scheduler.busy(5)
    }

    @Test func `a reservation that is made while others run never takes the account above its limit`() throws {
        var scheduler = TestScheduler { $0.accountConcurrency = 2 }
        let others = [try scheduler.busy(1, "g"), try scheduler.busy(2, "g")]
        scheduler.reserve(2, for: "f", of: "account")
        #expect(scheduler.invoke(3) == [.throttle(3, .concurrentInvocationLimitExceeded)])
        _ = scheduler.environmentFinished(others[0], nowNanoseconds: 0)
        _ = try started(scheduler.invoke(4))
        #expect(scheduler.invoke(5, "g") == [.throttle(5, .concurrentInvocationLimitExceeded)])
    }

    @Test func `a reservation that is lowered lets what runs go on and nothing new begin`() throws {
        var scheduler = TestScheduler()
        scheduler.reserve(2, for: "f", of: "account")
        let running = [try scheduler.busy(1), try scheduler.busy(2)]
        scheduler.reserve(1, for: "f", of: "account")
        #expect(scheduler.environmentFinished(running[0], nowNanoseconds: 0).isEmpty)
        #expect(scheduler.invoke(3) == [.throttle(3, .reservedFunctionConcurrentInvocationLimitExceeded)])
        #expect(scheduler.environmentFinished(running[1], nowNanoseconds: 0).isEmpty)
        #expect(scheduler.invoke(4) == [.assign(running[1], 4)])
    }
}
