import Testing

@testable import Scheduler

/// What one owner leaves of the host to others.
@Suite struct HostShareTests {
    private static let other = NamedVersion("other", account: "other")

    /// Eight places; another owner has one of them, and is busy or idle.
    private func shared(isBusy: Bool = true) throws -> TestScheduler {
        var scheduler = TestScheduler {
            $0.environments = 8
            $0.ownerSharePercent = 75
        }
        if isBusy { _ = try scheduler.busy(100, Self.other) } else { _ = try scheduler.idle(100, Self.other) }
        return scheduler
    }

    @Test func `an owner that is alone has the whole host`() throws {
        var scheduler = TestScheduler {
            $0.environments = 8
            $0.ownerSharePercent = 75
        }
        for number in 1...8 as ClosedRange<UInt64> { _ = try scheduler.busy(InvocationID(number: number)) }
    }

    @Test func `an owner leaves a part of the host to those who come later`() throws {
        var scheduler = try shared()
        for number in 1...6 as ClosedRange<UInt64> { _ = try scheduler.busy(InvocationID(number: number)) }
        #expect(scheduler.invoke(7) == [.wait(7, untilNanoseconds: scheduler.limits.waitNanoseconds)])
        #expect(scheduler.environmentCount.all == 7)
        _ = try scheduler.busy(8, NamedVersion("third", account: "third"))
    }

    @Test func `who waits for a share of its own keeps no one else waiting`() throws {
        var scheduler = try shared(isBusy: false)
        let mine = try (1...6 as ClosedRange<UInt64>).map { try scheduler.busy(InvocationID(number: $0)) }
        // Nothing of the other owner ends for it.
        #expect(scheduler.invoke(7) == [.wait(7, untilNanoseconds: scheduler.limits.waitNanoseconds)])
        _ = try scheduler.busy(8, NamedVersion("more", account: "other"))
        #expect(scheduler.environmentFinished(mine[0], nowNanoseconds: 0) == [.assign(mine[0], 7)])
    }

    @Test func `an owner's own idle environments make room for what it needs`() throws {
        var scheduler = try shared()
        for number in 1...5 as ClosedRange<UInt64> { _ = try scheduler.busy(InvocationID(number: number)) }
        let idle = try scheduler.idle(6, "g")
        #expect(
            scheduler.invoke(7, "h") == [.wait(7, untilNanoseconds: scheduler.limits.waitNanoseconds), .retire(idle)])
        guard case .start(_, "h", revision: 1, 7)? = scheduler.environmentEnded(idle, nowNanoseconds: 0).actions.first
        else { throw Unexpected(actions: []) }
    }

    @Test func `where others have the whole host idle, theirs ends and not an owner's own`() throws {
        var scheduler = TestScheduler {
            $0.environments = 8
            $0.ownerSharePercent = 75
        }
        let others = try (1...5 as ClosedRange<UInt64>).map {
            try scheduler.idle(InvocationID(number: $0), NamedVersion("other", account: "\($0)"))
        }
        for number in 6...8 as ClosedRange<UInt64> {
            _ = try scheduler.idle(InvocationID(number: number), NamedVersion("mine-\(number)"))
        }
        let actions = scheduler.invoke(9, "h")
        #expect(actions == [.wait(9, untilNanoseconds: scheduler.limits.waitNanoseconds), .retire(others[0])])
    }

    @Test func `an owner's regions have one share`() throws {
        var scheduler = try shared()
        for number in 1...6 as ClosedRange<UInt64> {
            _ = try scheduler.busy(InvocationID(number: number), NamedVersion("f", account: "account/\(number)"))
        }
        let actions = scheduler.invoke(7, NamedVersion("f", account: "account/7"))
        #expect(actions == [.wait(7, untilNanoseconds: scheduler.limits.waitNanoseconds)])
    }

    @Test func `no owner is kept from its only environment, however large`() throws {
        var scheduler = TestScheduler {
            $0.memoryMebibytes = 1000
            $0.ownerSharePercent = 75
        }
        _ = try scheduler.busy(1, Self.other, memory: 400)
        _ = try scheduler.busy(2, "f", memory: 600)
        #expect(scheduler.owners["account"]?.used.memoryMebibytes == 600)
    }

    @Test func `provisioned environments beyond the share end nothing of another owner`() throws {
        var scheduler = try shared(isBusy: false)
        let actions = scheduler.provision("f", count: 8, revision: 1, memoryMebibytes: 128, nowNanoseconds: 0)
        #expect(actions.count == 6)
        #expect(scheduler.environmentCount.idle == 1)
    }

    @Test func `what is gone is counted no more`() throws {
        var scheduler = try shared()
        let id = try scheduler.idle(1)
        _ = scheduler.update("f", revision: 2)
        #expect(scheduler.owners["account"]?.ending.environments == 1)
        _ = scheduler.environmentEnded(id, nowNanoseconds: 0)
        #expect(scheduler.owners["account"]?.used == HostShare() && scheduler.owners["account"]?.ending == HostShare())
    }
}
