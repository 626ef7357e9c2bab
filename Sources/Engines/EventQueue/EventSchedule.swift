/// Whose turn it is: for each target, when its next event is due and how many of its events are being handled.
///
/// A value without clock or storage. It knows targets, never events, so its size does not grow with the backlog. A
/// target's window says how many of its events may be handled at once: it grows with each one that was handled and is
/// halved when one was turned away, so a queue that is longer than its function can take does not keep knocking. While
/// nothing but refusals comes back, the target is left alone for moments that get longer.
///
/// Source: "How Lambda handles errors and retries with asynchronous invocation", Lambda developer guide: with many
/// entries "Lambda increases the retry interval and reduces the rate at which it reads events from the queue".
struct EventSchedule: Sendable {
    /// What to fetch.
    struct Turn: Hashable, Sendable {
        /// Of whom.
        let target: String
        /// How many events at most.
        let limit: Int
        /// How many of its events are being handled, which the store still has.
        let handled: Int
    }

    fileprivate struct Line {
        /// When the next event is due that is not being handled; `nil` when there is none.
        var due: Int64?
        var handled = 0
        var window = EventSchedule.firstWindow
        /// No event is fetched before this moment.
        var pausedUntil = Int64.min
        /// How long the last pause was.
        var pause: Int64 = 0

        /// A pause that is longer than any is made of a clock that was set back, and is over.
        func isPaused(nowMilliseconds now: Int64) -> Bool {
            pausedUntil > now && pausedUntil <= now + EventSchedule.longestPauseMilliseconds
        }

        /// When the next event may be fetched; `nil` when there is none.
        func opening(nowMilliseconds now: Int64) -> Int64? {
            isPaused(nowMilliseconds: now) ? due.map { max($0, pausedUntil) } : due
        }
    }

    /// How many events of a target are handled at once to begin with.
    static let firstWindow = 4
    /// How long a target is left alone that has turned an event away. Doubled while it goes on.
    static let firstPauseMilliseconds: Int64 = 50
    /// The longest of these moments: somebody else's invocation may end, and nobody tells.
    static let longestPauseMilliseconds: Int64 = 1_000
    /// How many events of all targets may be handled at once.
    let capacity: Int
    /// How many of those may be of one group of targets: nobody's slow functions hold up everybody's events.
    let groupCapacity: Int

    private let group: @Sendable (String) -> String
    private var lines: [String: Line] = [:]
    private var inFlightPerGroup: [String: Int] = [:]
    private(set) var handled = 0

    /// Knows no targets.
    ///
    /// - Parameter group: What a target belongs to.
    init(capacity: Int, groupCapacity: Int, group: @escaping @Sendable (String) -> String) {
        self.capacity = capacity
        self.groupCapacity = groupCapacity
        self.group = group
    }

    /// An event of a target is due at a moment, perhaps before the ones that are known.
    mutating func arrive(_ target: String, dueMilliseconds due: Int64) {
        lines[target, default: Line()].due = min(lines[target]?.due ?? due, due)
    }

    /// The target whose event has been due for the longest time, of those whose windows are open. When its next event
    /// is due is forgotten: ``take(_:of:nextDueMilliseconds:)`` tells it, and what arrives meanwhile counts too.
    mutating func turn(nowMilliseconds now: Int64) -> Turn? {
        guard handled < capacity else { return nil }
        let open = lines.filter { target, line in
            (line.opening(nowMilliseconds: now) ?? .max) <= now && line.handled < line.window && room(for: target) > 0
        }
        guard let (target, line) = open.min(by: { ($0.value.due ?? 0, $0.key) < ($1.value.due ?? 0, $1.key) }) else {
            return nil
        }
        lines[target]?.due = nil
        return Turn(
            target: target, limit: min(line.window - line.handled, room(for: target)), handled: line.handled)
    }

    /// How many more events of a target may be handled at once, its own window aside.
    private func room(for target: String) -> Int {
        min(capacity - handled, groupCapacity - inFlightPerGroup[group(target), default: 0])
    }

    /// Events of a target are being handled from now on.
    ///
    /// - Parameter due: When the next one is due that was not taken; `nil` when there is none.
    mutating func take(_ count: Int, of target: String, nextDueMilliseconds due: Int64?) {
        var line = lines[target] ?? Line()
        if let due { line.due = min(line.due ?? due, due) }
        line.handled += count
        note(count, of: target)
        lines[target] = line.handled == 0 && line.due == nil ? nil : line
    }

    /// An event was handled.
    ///
    /// - Parameters:
    ///   - wasThrottled: Whether it could not even be tried.
    ///   - due: When it is tried again; `nil` when it is done with.
    mutating func end(_ target: String, wasThrottled: Bool, dueMilliseconds due: Int64?, nowMilliseconds now: Int64) {
        guard var line = lines[target], line.handled > 0 else { return }
        line.handled -= 1
        note(-1, of: target)
        line.window = wasThrottled ? max(1, line.window / 2) : min(capacity, line.window + 1)
        line.pause(wasThrottled, nowMilliseconds: now)
        if let due { line.due = min(line.due ?? due, due) }
        // A line that has nothing to remember is forgotten.
        lines[target] = line.handled == 0 && line.due == nil ? nil : line
    }

    private mutating func note(_ change: Int, of target: String) {
        handled += change
        let sum = inFlightPerGroup[group(target), default: 0] + change
        inFlightPerGroup[group(target)] = sum == 0 ? nil : sum
    }

    /// The moment of the next event that is not due yet; `nil` when none waits for a moment. What waits for a window
    /// gets its turn when another event ends.
    func nextDue(nowMilliseconds now: Int64) -> Int64? {
        lines.values.lazy.compactMap { $0.opening(nowMilliseconds: now) }.filter { $0 > now }.min()
    }
}

extension EventSchedule.Line {
    /// Begins a pause, or ends it. Several events that are turned away at once are one reason.
    fileprivate mutating func pause(_ wasThrottled: Bool, nowMilliseconds now: Int64) {
        guard wasThrottled else {
            (pause, pausedUntil) = (0, .min)
            return
        }
        guard !isPaused(nowMilliseconds: now) else { return }
        pause = min(max(pause * 2, EventSchedule.firstPauseMilliseconds), EventSchedule.longestPauseMilliseconds)
        pausedUntil = now + pause
    }
}
