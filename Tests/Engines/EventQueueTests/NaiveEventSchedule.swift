@testable import EventQueue

/// The rules of ``EventSchedule`` without its heaps: each call looks at every target. The model that the schedule is
/// compared with.
struct NaiveEventSchedule {
    private struct Line {
        var due: Int64?
        var inFlight = 0
        var window = EventSchedule.firstWindow
        var backOffUntil = Int64.min
        var backOff: Int64 = 0

        func isBackedOff(_ now: Int64) -> Bool {
            backOffUntil > now && backOffUntil <= now + EventSchedule.longestBackOffMilliseconds
        }

        func opening(_ now: Int64) -> Int64? { isBackedOff(now) ? due.map { max($0, backOffUntil) } : due }
    }

    let capacity: Int
    let groupCapacity: Int
    let group: (String) -> String
    private var lines: [String: Line] = [:]
    private var inFlightOfGroup: [String: Int] = [:]
    private(set) var inFlight = 0
    private var latest = Int64.min

    init(capacity: Int, groupCapacity: Int, group: @escaping (String) -> String) {
        self.capacity = capacity
        self.groupCapacity = groupCapacity
        self.group = group
    }

    mutating func didArrive(_ target: String, dueMilliseconds due: Int64) {
        lines[target, default: Line()].due = min(lines[target]?.due ?? due, due)
    }

    mutating func nextFetch(nowMilliseconds now: Int64) -> EventSchedule.Fetch? {
        observe(now)
        guard inFlight < capacity else { return nil }
        let open = lines.filter { target, line in
            (line.opening(now) ?? .max) <= now && line.inFlight < line.window && room(for: target) > 0
        }
        guard let (target, line) = open.min(by: { ($0.value.due ?? 0, $0.key) < ($1.value.due ?? 0, $1.key) }) else {
            return nil
        }
        lines[target]?.due = nil
        return .init(
            target: target, limit: min(line.window - line.inFlight, room(for: target)), inFlight: line.inFlight)
    }

    mutating func didFetch(_ count: Int, of target: String, nextDueMilliseconds due: Int64?) {
        var line = lines[target] ?? Line()
        if let due { line.due = min(line.due ?? due, due) }
        line.inFlight += count
        note(count, of: target)
        lines[target] = line.inFlight == 0 && line.due == nil ? nil : line
    }

    mutating func didFinish(
        _ target: String, wasThrottled: Bool, dueMilliseconds due: Int64?, nowMilliseconds now: Int64
    ) {
        latest = max(latest, now)
        guard var line = lines[target], line.inFlight > 0 else { return }
        line.inFlight -= 1
        note(-1, of: target)
        line.window = wasThrottled ? max(1, line.window / 2) : min(capacity, line.window + 1)
        if !wasThrottled {
            (line.backOff, line.backOffUntil) = (0, .min)
        } else if !line.isBackedOff(now) {
            line.backOff = min(
                max(line.backOff * 2, EventSchedule.firstBackOffMilliseconds),
                EventSchedule.longestBackOffMilliseconds)
            line.backOffUntil = now + line.backOff
        }
        if let due { line.due = min(line.due ?? due, due) }
        lines[target] = line.inFlight == 0 && line.due == nil ? nil : line
    }

    mutating func nextDue(nowMilliseconds now: Int64) -> Int64? {
        observe(now)
        return lines.values.lazy.compactMap { $0.opening(now) }.filter { $0 > now }.min()
    }

    /// A step back of the clock ends the back-offs that are longer than any, for good.
    private mutating func observe(_ now: Int64) {
        if now < latest {
            for (target, line) in lines where line.backOffUntil > now + EventSchedule.longestBackOffMilliseconds {
                lines[target]?.backOffUntil = .min
            }
        }
        latest = now
    }

    private func room(for target: String) -> Int {
        min(capacity - inFlight, groupCapacity - inFlightOfGroup[group(target), default: 0])
    }

    private mutating func note(_ change: Int, of target: String) {
        inFlight += change
        inFlightOfGroup[group(target), default: 0] += change
    }
}
