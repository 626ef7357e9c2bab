import Testing

@testable import EventQueue

@Suite struct EventScheduleTests {
    private var schedule = EventSchedule(capacity: 10, groupCapacity: 10) { $0 }

    @Test mutating func `the target that has waited longest has its turn first`() {
        schedule.arrive("b", dueMilliseconds: 5)
        schedule.arrive("a", dueMilliseconds: 7)
        schedule.arrive("a", dueMilliseconds: 9)
        #expect(schedule.turn(nowMilliseconds: 4) == nil)
        #expect(schedule.nextDue(nowMilliseconds: 4) == 5)
        #expect(schedule.turn(nowMilliseconds: 8)?.target == "b")
        schedule.take(1, of: "b", nextDueMilliseconds: nil)
        #expect(schedule.turn(nowMilliseconds: 8) == .init(target: "a", limit: 4, handled: 0))
    }

    @Test mutating func `a closed window has no turn until an event has ended`() {
        schedule.arrive("a", dueMilliseconds: 0)
        #expect(schedule.turn(nowMilliseconds: 1)?.limit == EventSchedule.firstWindow)
        schedule.take(EventSchedule.firstWindow, of: "a", nextDueMilliseconds: 0)
        #expect(schedule.turn(nowMilliseconds: 1) == nil)
        schedule.end("a", wasThrottled: false, dueMilliseconds: nil, nowMilliseconds: 1)
        // One has ended, and the window is wider by one.
        #expect(schedule.turn(nowMilliseconds: 1)?.limit == 2)
    }

    @Test mutating func `a window is halved when events are turned away, and never closes for good`() {
        schedule.arrive("a", dueMilliseconds: 0)
        _ = schedule.turn(nowMilliseconds: 1)
        schedule.take(4, of: "a", nextDueMilliseconds: 0)
        for _ in 1...4 { schedule.end("a", wasThrottled: true, dueMilliseconds: 50, nowMilliseconds: 1) }
        #expect(schedule.turn(nowMilliseconds: 60)?.limit == 1)
    }

    /// Moments at which a target is tried that turns every event away, and has no end of them.
    private static func knocks(_ schedule: inout EventSchedule, untilMilliseconds end: Int64) -> [Int64] {
        var (now, moments): (Int64, [Int64]) = (0, [])
        schedule.arrive("a", dueMilliseconds: 0)
        while now < end {
            if let turn = schedule.turn(nowMilliseconds: now) {
                moments.append(now)
                schedule.take(turn.limit, of: "a", nextDueMilliseconds: 0)
                for _ in 0..<turn.limit {
                    schedule.end("a", wasThrottled: true, dueMilliseconds: now + 500_000, nowMilliseconds: now)
                }
            }
            now = schedule.nextDue(nowMilliseconds: now) ?? end
        }
        return moments
    }

    @Test mutating func `a target that turns everything away is tried once a second in the end`() {
        #expect(
            Self.knocks(&schedule, untilMilliseconds: 4_000) == [0, 50, 150, 350, 750, 1_550, 2_550, 3_550])
    }

    @Test mutating func `a target that has handled an event again is not left alone any more`() {
        _ = Self.knocks(&schedule, untilMilliseconds: 3_000)
        #expect(schedule.turn(nowMilliseconds: 3_000) == nil)
        #expect(schedule.turn(nowMilliseconds: 3_550)?.limit == 1)
        schedule.take(1, of: "a", nextDueMilliseconds: 0)
        schedule.end("a", wasThrottled: false, dueMilliseconds: nil, nowMilliseconds: 3_551)
        #expect(schedule.turn(nowMilliseconds: 3_551)?.limit == 2)
    }

    @Test mutating func `a clock that is set back makes no pause longer`() {
        _ = Self.knocks(&schedule, untilMilliseconds: 3_000)
        let now: Int64 = -100_000
        schedule.arrive("a", dueMilliseconds: now)
        #expect(schedule.turn(nowMilliseconds: now)?.limit == 1)
        schedule.take(1, of: "a", nextDueMilliseconds: now)
        schedule.end("a", wasThrottled: true, dueMilliseconds: now + 500_000, nowMilliseconds: now)
        #expect(schedule.turn(nowMilliseconds: now) == nil)
        #expect(schedule.nextDue(nowMilliseconds: now) == now + EventSchedule.longestPauseMilliseconds)
    }

    @Test mutating func `what arrives during a turn is not forgotten`() {
        schedule.arrive("a", dueMilliseconds: 0)
        _ = schedule.turn(nowMilliseconds: 1)
        schedule.arrive("a", dueMilliseconds: 1)
        schedule.take(1, of: "a", nextDueMilliseconds: nil)
        #expect(schedule.turn(nowMilliseconds: 1)?.target == "a")
    }

    @Test mutating func `all targets together stay within the capacity`() {
        for target in ["a", "b", "c", "d"] { schedule.arrive(target, dueMilliseconds: 0) }
        var taken = 0
        while let turn = schedule.turn(nowMilliseconds: 1) {
            schedule.take(turn.limit, of: turn.target, nextDueMilliseconds: 0)
            taken += turn.limit
        }
        #expect(taken == 10)
    }

    @Test func `a group of targets leaves room for the others`() {
        var schedule = EventSchedule(capacity: 10, groupCapacity: 3) { String($0.prefix(1)) }
        for target in ["a1", "a2", "b1"] { schedule.arrive(target, dueMilliseconds: 0) }
        var taken: [String: Int] = [:]
        while let turn = schedule.turn(nowMilliseconds: 1) {
            schedule.take(turn.limit, of: turn.target, nextDueMilliseconds: 0)
            taken[turn.target, default: 0] += turn.limit
        }
        #expect(taken == ["a1": 3, "b1": 3])
        schedule.end("a1", wasThrottled: false, dueMilliseconds: nil, nowMilliseconds: 1)
        #expect(schedule.turn(nowMilliseconds: 1)?.limit == 1)
    }
}
