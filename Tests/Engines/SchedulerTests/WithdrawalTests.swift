import Testing

@testable import Scheduler

/// An invocation takes an environment that comes free while another one starts for it.
@Suite struct WithdrawalTests {
    private var scheduler = TestScheduler()

    /// One environment that is busy with 1, and one that starts for 2.
    private mutating func busyAndStarting() throws -> (EnvironmentID, EnvironmentID) {
        let busy = try scheduler.busy(1)
        return (busy, try started(scheduler.invoke(2)))
    }

    @Test mutating func `an environment that comes free takes the invocation that another one starts for`() throws {
        let (free, starting) = try busyAndStarting()
        #expect(scheduler.environmentFinished(free, nowNanoseconds: 1) == [.withdraw(2, from: starting, for: free)])
        #expect(scheduler.withdrawn(for: free, isGivenUp: true, nowNanoseconds: 2) == [.assign(free, 2)])
        #expect(scheduler.environmentReady(starting, nowNanoseconds: 3).isEmpty)
        #expect(scheduler.invoke(3) == [.assign(starting, 3)])
        #expect(scheduler.invocationCount == 2)
    }

    @Test mutating func `the one whose start began first is asked first, and each is asked once`() throws {
        let (free, second) = try busyAndStarting()
        let third = try started(scheduler.invoke(3))
        #expect(scheduler.environmentFinished(free, nowNanoseconds: 1) == [.withdraw(2, from: second, for: free)])
        #expect(
            scheduler.withdrawn(for: free, isGivenUp: false, nowNanoseconds: 2) == [
                .withdraw(3, from: third, for: free)
            ])
        #expect(scheduler.withdrawn(for: free, isGivenUp: false, nowNanoseconds: 3).isEmpty)
        #expect(scheduler.invoke(4) == [.assign(free, 4)])
        #expect(scheduler.environmentStarted(second) == 2)
        #expect(scheduler.environmentStarted(third) == 3)
    }

    @Test mutating func `no more than a quarter of the environments start for nothing, and at least one may`() throws {
        let busy = try (1...6).map { try scheduler.busy(InvocationID(number: $0)) }
        for number in 7...9 as ClosedRange<UInt64> { _ = try started(scheduler.invoke(InvocationID(number: number))) }
        for (index, free) in busy.prefix(2).enumerated() {
            let actions = scheduler.environmentFinished(free, nowNanoseconds: 1)
            guard case .withdraw(let invocation, _, _)? = actions.first else { throw Unexpected(actions: actions) }
            #expect(invocation == InvocationID(number: UInt64(7 + index)))
            #expect(scheduler.withdrawn(for: free, isGivenUp: true, nowNanoseconds: 2) == [.assign(free, invocation)])
        }
        #expect(scheduler.environmentFinished(busy[2], nowNanoseconds: 3).isEmpty)
    }

    @Test mutating func `meanwhile the free one takes nothing else`() throws {
        let (free, _) = try busyAndStarting()
        _ = scheduler.environmentFinished(free, nowNanoseconds: 1)
        _ = try started(scheduler.invoke(3))
    }

    @Test mutating func `an environment that was ready before its answer was known takes the next invocation`() throws {
        let (free, starting) = try busyAndStarting()
        _ = scheduler.environmentFinished(free, nowNanoseconds: 1)
        #expect(scheduler.environmentReady(starting, nowNanoseconds: 2).isEmpty)
        #expect(scheduler.invoke(3) == [.assign(starting, 3)])
        #expect(scheduler.withdrawn(for: free, isGivenUp: true, nowNanoseconds: 3) == [.assign(free, 2)])
        #expect(scheduler.invocationCount == 2)
    }

    @Test(arguments: [false, true])
    mutating func `an invocation counts once, whichever environment ends meanwhile`(isGivenUp: Bool) throws {
        let (free, starting) = try busyAndStarting()
        _ = scheduler.environmentFinished(free, nowNanoseconds: 1)
        #expect(scheduler.environmentEnded(starting, nowNanoseconds: 2).invocation == nil)
        #expect(scheduler.invocationCount == 1)
        let actions = scheduler.withdrawn(for: free, isGivenUp: isGivenUp, nowNanoseconds: 3)
        #expect(actions == (isGivenUp ? [.assign(free, 2)] : []))
        #expect(scheduler.invocationCount == (isGivenUp ? 1 : 0))
    }

    @Test mutating func `where the free one has ended, another is started`() throws {
        let (free, starting) = try busyAndStarting()
        _ = scheduler.environmentFinished(free, nowNanoseconds: 1)
        #expect(scheduler.environmentEnded(free, nowNanoseconds: 2).invocation == nil)
        let third = try started(scheduler.withdrawn(for: free, isGivenUp: true, nowNanoseconds: 3))
        #expect(scheduler.environmentStarted(third) == 2)
        #expect(scheduler.environmentReady(starting, nowNanoseconds: 4).isEmpty)
        #expect(scheduler.invocationCount == 1)
    }

    @Test mutating func `nothing moves to or from an environment of an older revision`() throws {
        let (free, starting) = try busyAndStarting()
        _ = scheduler.update("f", revision: 2)
        #expect(scheduler.environmentFinished(free, nowNanoseconds: 1) == [.retire(free)])
        let new = try started(scheduler.invoke(3, revision: 2))
        scheduler.environmentStarted(new)
        #expect(scheduler.environmentFinished(new, nowNanoseconds: 2).isEmpty)
        #expect(scheduler.environmentStarted(starting) == 2)
    }
}
