import SeededRandom
import Testing

@testable import EventQueue

/// The schedule against the naive model, and how much of it each call looks at.
@Suite struct EventScheduleModelTests {
    /// Random calls for both, with one clock.
    private struct Walk {
        private static let group: @Sendable (String) -> String = { String($0.prefix(1)) }
        var random: SeededGenerator
        var schedule: EventSchedule
        var model: NaiveEventSchedule
        var now: Int64 = 10_000
        /// A target for each event in flight.
        var inFlight: [String] = []

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            let capacity = Int.random(in: 1...40, using: &random)
            let groupCapacity = Int.random(in: 1...12, using: &random)
            schedule = EventSchedule(capacity: capacity, groupCapacity: groupCapacity, group: Self.group)
            model = NaiveEventSchedule(capacity: capacity, groupCapacity: groupCapacity, group: Self.group)
        }

        private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

        private mutating func target() -> String {
            let group = ["a", "b", "c", "d"].randomElement(using: &random) ?? "a"
            return "\(group)\(Int.random(in: 0..<12, using: &random))"
        }

        private mutating func moment() -> Int64 { now + Int64.random(in: -200...1_500, using: &random) }

        /// Makes one call. Returns whether both did the same.
        mutating func step() -> Bool {
            switch Int.random(in: 0..<100, using: &random) {
            case ..<25: arrive()
            case ..<55: return fetch()
            case ..<80: finish()
            case ..<90: return schedule.nextDue(nowMilliseconds: now) == model.nextDue(nowMilliseconds: now)
            case ..<98:
                now += chance(10) ? Int64.random(in: 0...5_000, using: &random) : .random(in: 0...80, using: &random)
            default:
                now -= chance(50) ? Int64.random(in: 0...200, using: &random) : .random(in: 0...9_000, using: &random)
            }
            return schedule.inFlight == model.inFlight
        }

        private mutating func arrive() {
            let (target, due) = (target(), moment())
            schedule.didArrive(target, dueMilliseconds: due)
            model.didArrive(target, dueMilliseconds: due)
        }

        private mutating func fetch() -> Bool {
            let fetch = schedule.nextFetch(nowMilliseconds: now)
            guard fetch == model.nextFetch(nowMilliseconds: now) else { return false }
            guard let fetch else { return true }
            if chance(20) { arrive() }
            let count = Int.random(in: 0...fetch.limit, using: &random)
            let due = chance(60) ? moment() : nil
            schedule.didFetch(count, of: fetch.target, nextDueMilliseconds: due)
            model.didFetch(count, of: fetch.target, nextDueMilliseconds: due)
            inFlight += Array(repeating: fetch.target, count: count)
            return true
        }

        private mutating func finish() {
            guard let index = inFlight.indices.randomElement(using: &random) else { return }
            let target = inFlight.remove(at: index)
            let (wasThrottled, due) = (chance(50), chance(60) ? moment() : nil)
            // Another thread read the clock a little earlier.
            let moment = now - Int64.random(in: 0...2, using: &random)
            schedule.didFinish(
                target, wasThrottled: wasThrottled, dueMilliseconds: due, nowMilliseconds: moment)
            model.didFinish(target, wasThrottled: wasThrottled, dueMilliseconds: due, nowMilliseconds: moment)
        }
    }

    @Test(arguments: 1...40) func `the schedule fetches exactly what looking at every target would`(seed: UInt64) {
        var walk = Walk(seed: seed)
        for step in 1...2_000 where !walk.step() {
            Issue.record("seed \(seed), step \(step)")
            return
        }
    }

    /// How many targets the most expensive of two hundred fetches looks at.
    ///
    /// Half of the targets are of one group, which is at its capacity; of the others one in ten waits for a moment.
    private static func mostLookedAt(ofTargets count: Int) -> Int {
        var schedule = EventSchedule(capacity: 1_000_000, groupCapacity: count) { $0.hasPrefix("x") ? "x" : $0 }
        schedule.didFetch(count, of: "x0", nextDueMilliseconds: 0)
        for number in 0..<count / 2 {
            schedule.didArrive("x\(number)", dueMilliseconds: Int64(number % 7))
            schedule.didArrive(
                "y\(number)", dueMilliseconds: Int64(number % 10 == 0 ? 1_000_000 + number : number % 97))
        }
        _ = schedule.nextDue(nowMilliseconds: 100)
        var most = 0
        for _ in 1...200 {
            let before = schedule.lookedAtCount
            guard let fetch = schedule.nextFetch(nowMilliseconds: 100) else { break }
            schedule.didFetch(fetch.limit, of: fetch.target, nextDueMilliseconds: 0)
            schedule.didFinish(fetch.target, wasThrottled: true, dueMilliseconds: nil, nowMilliseconds: 100)
            _ = schedule.nextDue(nowMilliseconds: 100)
            most = max(most, schedule.lookedAtCount - before)
        }
        return most
    }

    @Test func `a fetch looks at a few targets, however many there are`() {
        let (few, many) = (Self.mostLookedAt(ofTargets: 2_000), Self.mostLookedAt(ofTargets: 32_000))
        #expect(few > 0)
        // Sixteen times as many targets are four more levels of each heap.
        #expect(many <= few + 100)
        #expect(many < 500)
    }
}
