/// Decides which target's events are fetched next. Keeps for each target when its next event is due and how many of its
/// events are in flight.
///
/// A pure value: no clock, no storage. It knows targets, never events, so its size does not grow with the backlog. A
/// target's window is the number of its events that may be in flight: it grows by one with each event that was handled
/// and is halved when one was throttled, so that a long queue does not flood a busy function. A target whose events are
/// only throttled is backed off from, with delays that double.
///
/// Every call costs O(log n), n being the number of targets. A target that waits for a moment is in `waiting`. One that
/// is due and has room in its window is in its group's `ready` heap, and the groups that have room are in `openGroups`,
/// so that a group at its capacity costs nothing, however many of its targets are due. A target that is due and has a
/// full window is in no heap; it is filed again when one of its events ends.
///
/// Source: "How Lambda handles errors and retries with asynchronous invocation", Lambda developer guide: with many
/// entries "Lambda increases the retry interval and reduces the rate at which it reads events from the queue".
struct EventSchedule: Sendable {
    /// What to fetch from the store.
    struct Fetch: Hashable, Sendable {
        /// The target whose events to fetch.
        let target: String
        /// How many events at most.
        let limit: Int
        /// How many of the target's events are in flight. The store still has them.
        let inFlight: Int
    }

    /// The order of targets that are due: the longest due first, then by name.
    private struct Turn: Comparable {
        let dueMilliseconds: Int64
        let target: String

        static func < (left: Turn, right: Turn) -> Bool {
            (left.dueMilliseconds, left.target) < (right.dueMilliseconds, right.target)
        }
    }

    /// The state of a target.
    fileprivate struct Target {
        let group: String
        /// When the next event is due that is not in flight; `nil` when there is none.
        var due: Int64?
        var inFlight = 0
        var window = EventSchedule.firstWindow
        /// No event is fetched before this moment.
        var backOffUntil = Int64.min
        /// The length of the last back-off.
        var backOff: Int64 = 0

        /// When the next event may be fetched; `nil` when there is none.
        var opening: Int64? { due.map { max($0, backOffUntil) } }
        /// Whether the schedule needs to remember nothing of the target.
        var isIdle: Bool { inFlight == 0 && due == nil }

        mutating func makeDue(_ milliseconds: Int64) { due = min(due ?? milliseconds, milliseconds) }
    }

    /// Targets that share a part of the capacity.
    private struct Group {
        var inFlight = 0
        /// The targets that are due and have room in their windows.
        var ready = IndexedHeap<String, Turn>()
    }

    /// How many events of a target are in flight at most to begin with.
    static let firstWindow = 4
    /// The first back-off from a target that has throttled an event. It doubles while throttling goes on.
    static let firstBackOffMilliseconds: Int64 = 50
    /// The longest back-off: the target's concurrency may become free at any time, and no event tells the queue.
    static let longestBackOffMilliseconds: Int64 = 1_000
    /// How many events of all targets may be in flight.
    let capacity: Int
    /// How many of those may be of one group of targets, so that one owner's slow functions do not delay all others.
    let groupCapacity: Int

    private let group: @Sendable (String) -> String
    private var targets: [String: Target] = [:]
    private var groups: [String: Group] = [:]
    /// Targets that wait for a moment (their next event is not due, or they are backed off from), by that moment.
    private var waiting = IndexedHeap<String, Int64>()
    /// Groups that have room and a target that is ready, by their first target.
    private var openGroups = IndexedHeap<String, Turn>()
    /// The latest moment that was seen: targets are filed as of this moment.
    private var horizon = Int64.min
    private(set) var inFlight = 0
    /// How many targets were looked at in all calls. Tests show with it that calls do not look at every target.
    private(set) var lookedAtCount = 0

    /// Makes a schedule that knows no targets.
    ///
    /// - Parameter group: The group that a target belongs to.
    init(capacity: Int, groupCapacity: Int, group: @escaping @Sendable (String) -> String) {
        self.capacity = capacity
        self.groupCapacity = groupCapacity
        self.group = group
    }

    /// An event of a target is due at a moment, which may be earlier than that of the events that are known.
    mutating func didArrive(_ target: String, dueMilliseconds due: Int64) {
        var entry = targets[target] ?? Target(group: group(target))
        entry.makeDue(due)
        store(entry, as: target)
    }

    /// The target whose event has been due for the longest time, of those whose windows and groups have room.
    ///
    /// The schedule then forgets when the target's next event is due: ``didFetch(_:of:nextDueMilliseconds:)`` says so,
    /// and events that arrive in between count too.
    mutating func nextFetch(nowMilliseconds now: Int64) -> Fetch? {
        advance(to: now)
        guard inFlight < capacity, let (name, turn) = openGroups.first, var entry = targets[turn.target] else {
            return nil
        }
        let room = min(capacity - inFlight, groupCapacity - (groups[name]?.inFlight ?? 0))
        let fetch = Fetch(
            target: turn.target, limit: min(entry.window - entry.inFlight, room), inFlight: entry.inFlight)
        entry.due = nil
        // Kept even when idle: its window and back-off hold until `didFetch`.
        targets[turn.target] = entry
        file(entry, as: turn.target)
        return fetch
    }

    /// Events of a target are in flight from now on.
    ///
    /// - Parameter due: When the target's next event is due that was not fetched; `nil` when there is none.
    mutating func didFetch(_ count: Int, of target: String, nextDueMilliseconds due: Int64?) {
        var entry = targets[target] ?? Target(group: group(target))
        if let due { entry.makeDue(due) }
        entry.inFlight += count
        addInFlight(count, to: entry.group)
        store(entry, as: target)
    }

    /// An attempt to handle an event has ended.
    ///
    /// - Parameters:
    ///   - wasThrottled: Whether the event could not even be tried.
    ///   - due: When the event is tried again; `nil` when it is finished.
    mutating func didFinish(
        _ target: String, wasThrottled: Bool, dueMilliseconds due: Int64?, nowMilliseconds now: Int64
    ) {
        // Another thread may have read the clock a little earlier than the last call did: that is no step back.
        if now > horizon { advance(to: now) }
        guard var entry = targets[target], entry.inFlight > 0 else { return }
        entry.inFlight -= 1
        addInFlight(-1, to: entry.group)
        entry.window = wasThrottled ? max(1, entry.window / 2) : min(capacity, entry.window + 1)
        entry.updateBackOff(wasThrottled, nowMilliseconds: now)
        if let due { entry.makeDue(due) }
        store(entry, as: target)
    }

    /// The next moment at which a target opens; `nil` when none waits for a moment. A target that waits for room in its
    /// window or group opens when another event ends.
    mutating func nextDue(nowMilliseconds now: Int64) -> Int64? {
        advance(to: now)
        return waiting.first?.priority
    }
}

extension EventSchedule {
    /// Files the targets whose moment has come. Where the wall clock has stepped back, files all targets again.
    private mutating func advance(to now: Int64) {
        guard now >= horizon else { return stepBack(to: now) }
        horizon = now
        while let (target, opening) = waiting.first, opening <= now, let entry = targets[target] {
            file(entry, as: target)
        }
    }

    /// Costs O(n log n), once for each step of the clock. A back-off that is longer than the longest was made by the
    /// clock before its step, and is over.
    private mutating func stepBack(to now: Int64) {
        horizon = now
        for (target, var entry) in targets {
            if entry.backOffUntil > now + Self.longestBackOffMilliseconds { entry.backOffUntil = .min }
            targets[target] = entry
            file(entry, as: target)
        }
    }

    /// Keeps a target and files it; forgets one that is idle.
    private mutating func store(_ entry: Target, as target: String) {
        targets[target] = entry.isIdle ? nil : entry
        file(entry, as: target)
    }

    /// Puts a target into the heap that it belongs in, as of `horizon`, and takes it out of the other one.
    private mutating func file(_ entry: Target, as target: String) {
        var turn: Turn?
        var opening = entry.opening
        if let due = entry.due, let moment = opening, moment <= horizon {
            if entry.inFlight < entry.window { turn = Turn(dueMilliseconds: due, target: target) }
            opening = nil
        }
        lookedAtCount += 1 + waiting.set(opening, for: target)
        lookedAtCount += groups[entry.group, default: Group()].ready.set(turn, for: target)
        updateGroup(entry.group)
    }

    /// Counts events in flight of a group and of all.
    private mutating func addInFlight(_ change: Int, to name: String) {
        inFlight += change
        groups[name, default: Group()].inFlight += change
        updateGroup(name)
    }

    /// Opens or closes a group after a change; forgets one that has nothing in flight and no target that is ready.
    private mutating func updateGroup(_ name: String) {
        guard let group = groups[name] else { return }
        let first = group.ready.first?.priority
        lookedAtCount += openGroups.set(group.inFlight < groupCapacity ? first : nil, for: name)
        if group.inFlight == 0, first == nil { groups[name] = nil }
    }
}

extension EventSchedule.Target {
    /// Begins a back-off, or ends it. Several events that are throttled at once cause one back-off.
    fileprivate mutating func updateBackOff(_ wasThrottled: Bool, nowMilliseconds now: Int64) {
        guard wasThrottled else {
            (backOff, backOffUntil) = (0, .min)
            return
        }
        let isBackedOff = backOffUntil > now && backOffUntil <= now + EventSchedule.longestBackOffMilliseconds
        guard !isBackedOff else { return }
        backOff = min(
            max(backOff * 2, EventSchedule.firstBackOffMilliseconds), EventSchedule.longestBackOffMilliseconds)
        backOffUntil = now + backOff
    }
}
