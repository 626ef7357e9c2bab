import Testing

@testable import EventQueue

@Suite struct EventScheduleTests {
    private var schedule = EventSchedule(capacity: 10, groupCapacity: 10) { $0 }

    @Test mutating func `the target whose event has been due longest comes first`() {
        schedule.didArrive("b", dueMilliseconds: 5)
        schedule.didArrive("a", dueMilliseconds: 7)
        schedule.didArrive("a", dueMilliseconds: 9)
        #expect(schedule.nextFetch(nowMilliseconds: 4) == nil)
        #expect(schedule.nextDue(nowMilliseconds: 4) == 5)
        #expect(schedule.nextFetch(nowMilliseconds: 8)?.target == "b")
        schedule.didFetch(1, of: "b", nextDueMilliseconds: nil)
        #expect(schedule.nextFetch(nowMilliseconds: 8) == .init(target: "a", limit: 4, inFlight: 0))
    }

    @Test mutating func `a target with a full window is not fetched from until an event has ended`() {
        schedule.didArrive("a", dueMilliseconds: 0)
        #expect(schedule.nextFetch(nowMilliseconds: 1)?.limit == EventSchedule.firstWindow)
        schedule.didFetch(EventSchedule.firstWindow, of: "a", nextDueMilliseconds: 0)
        #expect(schedule.nextFetch(nowMilliseconds: 1) == nil)
        schedule.didFinish("a", wasThrottled: false, dueMilliseconds: nil, nowMilliseconds: 1)
        // One has ended, and the window has grown by one.
        #expect(schedule.nextFetch(nowMilliseconds: 1)?.limit == 2)
    }

    @Test mutating func `a window is halved when events are throttled, and stays at one at least`() {
        schedule.didArrive("a", dueMilliseconds: 0)
        _ = schedule.nextFetch(nowMilliseconds: 1)
        schedule.didFetch(4, of: "a", nextDueMilliseconds: 0)
        for _ in 1...4 { schedule.didFinish("a", wasThrottled: true, dueMilliseconds: 50, nowMilliseconds: 1) }
        #expect(schedule.nextFetch(nowMilliseconds: 60)?.limit == 1)
    }

    /// The moments at which a target is tried that throttles all of its events and always has more.
    private static func attempts(_ schedule: inout EventSchedule, untilMilliseconds end: Int64) -> [Int64] {
        var (now, moments): (Int64, [Int64]) = (0, [])
        schedule.didArrive("a", dueMilliseconds: 0)
        while now < end {
            if let fetch = schedule.nextFetch(nowMilliseconds: now) {
                moments.append(now)
                schedule.didFetch(fetch.limit, of: "a", nextDueMilliseconds: 0)
                for _ in 0..<fetch.limit {
                    schedule.didFinish("a", wasThrottled: true, dueMilliseconds: now + 500_000, nowMilliseconds: now)
                }
            }
            now = schedule.nextDue(nowMilliseconds: now) ?? end
        }
        return moments
    }

    @Test mutating func `a target that throttles everything is tried once a second in the end`() {
        #expect(
            Self.attempts(&schedule, untilMilliseconds: 4_000) == [0, 50, 150, 350, 750, 1_550, 2_550, 3_550])
    }

    @Test mutating func `a handled event ends the back-off`() {
        _ = Self.attempts(&schedule, untilMilliseconds: 3_000)
        #expect(schedule.nextFetch(nowMilliseconds: 3_000) == nil)
        #expect(schedule.nextFetch(nowMilliseconds: 3_550)?.limit == 1)
        schedule.didFetch(1, of: "a", nextDueMilliseconds: 0)
        schedule.didFinish("a", wasThrottled: false, dueMilliseconds: nil, nowMilliseconds: 3_551)
        #expect(schedule.nextFetch(nowMilliseconds: 3_551)?.limit == 2)
    }

    @Test mutating func `a clock that is set back makes no back-off longer`() {
        _ = Self.attempts(&schedule, untilMilliseconds: 3_000)
        let now: Int64 = -100_000
        schedule.didArrive("a", dueMilliseconds: now)
        #expect(schedule.nextFetch(nowMilliseconds: now)?.limit == 1)
        schedule.didFetch(1, of: "a", nextDueMilliseconds: now)
        schedule.didFinish("a", wasThrottled: true, dueMilliseconds: now + 500_000, nowMilliseconds: now)
        #expect(schedule.nextFetch(nowMilliseconds: now) == nil)
        #expect(schedule.nextDue(nowMilliseconds: now) == now + EventSchedule.longestBackOffMilliseconds)
    }

    @Test mutating func `an event that arrives during a fetch is not forgotten`() {
        schedule.didArrive("a", dueMilliseconds: 0)
        _ = schedule.nextFetch(nowMilliseconds: 1)
        schedule.didArrive("a", dueMilliseconds: 1)
        schedule.didFetch(1, of: "a", nextDueMilliseconds: nil)
        #expect(schedule.nextFetch(nowMilliseconds: 1)?.target == "a")
    }

    @Test mutating func `all targets together stay within the capacity`() {
        for target in ["a", "b", "c", "d"] { schedule.didArrive(target, dueMilliseconds: 0) }
        var taken = 0
        while let fetch = schedule.nextFetch(nowMilliseconds: 1) {
            schedule.didFetch(fetch.limit, of: fetch.target, nextDueMilliseconds: 0)
            taken += fetch.limit
        }
        #expect(taken == 10)
    }

    @Test func `a group of targets leaves room for the others`() {
        var schedule = EventSchedule(capacity: 10, groupCapacity: 3) { String($0.prefix(1)) }
        for target in ["a1", "a2", "b1"] { schedule.didArrive(target, dueMilliseconds: 0) }
        var taken: [String: Int] = [:]
        while let fetch = schedule.nextFetch(nowMilliseconds: 1) {
            schedule.didFetch(fetch.limit, of: fetch.target, nextDueMilliseconds: 0)
            taken[fetch.target, default: 0] += fetch.limit
        }
        #expect(taken == ["a1": 3, "b1": 3])
        schedule.didFinish("a1", wasThrottled: false, dueMilliseconds: nil, nowMilliseconds: 1)
        #expect(schedule.nextFetch(nowMilliseconds: 1)?.limit == 1)
    }
}
