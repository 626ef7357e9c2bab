public import LinuxSystem
internal import SQLite
internal import Synchronization

/// A durable queue of events: what was accepted is handled at least once, whatever happens to the program.
///
/// Changes of all callers are gathered while the last transaction is on its way to the disk, and written together: one
/// fsync serves many. The backlog is on the disk only: memory grows with the number of targets and of events that are
/// being handled, not with what waits.
public final class EventQueue: Sendable {
    /// What the queue holds back.
    public struct Limits: Hashable, Sendable {
        /// Events that are handled at once.
        public var inFlight = 256
        /// The same of one group of targets.
        public var inFlightPerGroup = 64
        /// Bytes that events may take on the disk; beyond it nothing is accepted, and what follows from events is lost.
        public var diskBytes = 16 << 30
        /// Bytes of events that wait for the disk; beyond it nothing is accepted.
        public var unwrittenBytes = 64 << 20

        /// The defaults.
        public init() {}
    }

    private struct State {
        var schedule: EventSchedule
        var inFlight: Set<Int> = []
        var changes: [EventStore.Change] = []
        var callers: [@Sendable (Bool) -> Void] = []
        var endings: [Ending] = []
        var unwrittenBytes = 0
        /// Bytes on the disk, as they were after the last transaction.
        var usedBytes = 0
        /// When what is due is looked for next, of ``MonotonicClock``, and the timer for it: never more than one.
        var look: (nanoseconds: UInt64, timer: EventLoop.Token)?
        /// Whether events are handed out.
        var isRunning = false
        var isStopping = false

        /// Takes a place on the disk. `false` where there is none.
        mutating func reserve(_ bytes: Int, of diskBytes: Int) -> Bool {
            guard usedBytes + unwrittenBytes + bytes <= diskBytes else { return false }
            unwrittenBytes += bytes
            return true
        }
    }

    /// What the schedule learns once a change is on the disk.
    private struct Ending {
        let number: Int
        let target: String
        let wasThrottled: Bool
        let dueMilliseconds: Int64?
    }

    let store: EventStore
    private let limits: Limits
    private let handler = Mutex<(any EventHandler)?>(nil)
    private let clock: @Sendable () -> Int64
    private let state: Mutex<State>
    /// One transaction is written, one may wait: whatever else comes meanwhile, the waiting one takes along.
    private let writer: WorkQueue
    let loop: EventLoop

    /// How long the queue waits after the disk has failed.
    private static let pauseMilliseconds: Int64 = 1_000

    /// Opens a queue, which is made when it is not there. Events are accepted from now on.
    ///
    /// - Parameters:
    ///   - group: What a target belongs to; targets of one group share its part of what is handled at once.
    ///   - clock: Milliseconds since 1970.
    public init(
        path: String, limits: Limits = Limits(), group: @escaping @Sendable (String) -> String = { $0 },
        clock: @escaping @Sendable () -> Int64 = { WallClock.nowMilliseconds() }
    ) throws {
        store = try EventStore(path: path)
        self.limits = limits
        self.clock = clock
        var schedule = EventSchedule(
            capacity: limits.inFlight, groupCapacity: limits.inFlightPerGroup, group: group)
        for (target, due) in try store.heads() { schedule.arrive(target, dueMilliseconds: due) }
        state = Mutex(State(schedule: schedule))
        writer = try WorkQueue(name: "events-disk", threadCount: 1, capacity: 1)
        loop = try EventLoop(name: "events")
    }

    /// Begins to hand out what is in the queue.
    public func start(_ handler: any EventHandler) {
        self.handler.withLock { $0 = handler }
        state.withLock { $0.isRunning = true }
        dispatchSoon()
    }

    /// Hands out nothing more, and accepts nothing. What is being handled may still end.
    public func beginShutdown() {
        state.withLock { state in
            state.isRunning = false
            state.isStopping = true
        }
    }

    /// Takes an event in.
    ///
    /// - Parameter answer: Called once, on any thread: `true` when the event is on the disk, `false` when it is not and
    ///   never will be.
    public func accept(_ event: NewEvent, _ answer: @escaping @Sendable (Bool) -> Void) {
        let isTaken = state.withLock { state in
            guard !state.isStopping, state.unwrittenBytes + event.payload.count <= limits.unwrittenBytes,
                state.reserve(event.payload.count, of: limits.diskBytes)
            else { return false }
            state.changes.append(.add(event))
            state.callers.append(answer)
            return true
        }
        isTaken ? writeSoon() : answer(false)
    }

    /// Writes what there is to write, and handles nothing more. Events that are being handled stay in the queue unless
    /// they end before this returns.
    public func stop() {
        beginShutdown()
        loop.stop()
        writer.close()
        write()
    }
}

extension EventQueue {
    /// Tries events now instead of later.
    ///
    /// - Returns: How many waited.
    public func makeDue(_ selection: EventSelection = EventSelection()) throws -> Int {
        let count = try store.makeDue(selection, nowMilliseconds: clock())
        let heads = try store.heads()
        state.withLock { state in
            for (target, due) in heads { state.schedule.arrive(target, dueMilliseconds: due) }
        }
        dispatchSoon()
        return count
    }

    /// The numbers of the events that are being handled.
    var eventsInFlight: Set<Int> { state.withLock(\.inFlight) }
}

extension EventQueue {
    private func writeSoon() {
        // Where a write waits already, it will find what is to be written.
        _ = writer.submit { [weak self] in self?.write() }
    }

    /// Writes all changes that have gathered, in one transaction.
    private func write() {
        let (changes, callers, endings) = state.withLock { state in
            defer {
                state.changes = []
                state.callers = []
                state.endings = []
                state.unwrittenBytes = 0
            }
            return (state.changes, state.callers, state.endings)
        }
        guard !changes.isEmpty else { return }
        do throws(SQLiteError) {
            let targets = try store.apply(changes)
            // The events are on the disk and must not be refused any more; the next transaction tells what it takes.
            let used = try? store.usedBytes()
            let now = clock()
            state.withLock { state in
                state.usedBytes = used ?? state.usedBytes
                for target in targets { state.schedule.arrive(target, dueMilliseconds: now) }
                for ending in endings {
                    state.inFlight.remove(ending.number)
                    state.schedule.end(
                        ending.target, wasThrottled: ending.wasThrottled, dueMilliseconds: ending.dueMilliseconds,
                        nowMilliseconds: now)
                }
            }
            for caller in callers { caller(true) }
            dispatchSoon()
        } catch {
            for caller in callers { caller(false) }
            keep(changes, endings)
        }
    }

    /// The disk has failed: new events were refused, and what became of old ones is written later.
    private func keep(_ changes: [EventStore.Change], _ endings: [Ending]) {
        let old = changes.filter { if case .add = $0 { false } else { true } }
        let isStopping = state.withLock { state in
            state.changes = old + state.changes
            state.endings = endings + state.endings
            return state.isStopping
        }
        guard !isStopping, !old.isEmpty else { return }
        _ = loop.schedule(atNanoseconds: Self.moment(afterMilliseconds: Self.pauseMilliseconds)) { [weak self] in
            self?.writeSoon()
        }
    }

    private func dispatchSoon() {
        dispatch(afterMilliseconds: 0)
    }

    /// Looks for what is due after some time, unless it is looked for earlier anyhow.
    private func dispatch(afterMilliseconds delay: Int64) {
        let moment = Self.moment(afterMilliseconds: delay)
        state.withLock { state in
            if let look = state.look {
                guard moment < look.nanoseconds else { return }
                // Or thousands of looks a second would each leave a timer behind for as long as an event waits.
                loop.cancel(look.timer)
            }
            let timer = loop.schedule(atNanoseconds: moment) { [weak self] in
                // Another look may have been planned since this one ran out.
                self?.state.withLock { if $0.look?.nanoseconds == moment { $0.look = nil } }
                self?.dispatch()
            }
            state.look = (moment, timer)
        }
    }

    private static func moment(afterMilliseconds delay: Int64) -> UInt64 {
        MonotonicClock.nowNanoseconds() + UInt64(max(0, delay)) * 1_000_000
    }
}

extension EventQueue {
    /// Hands out what is due. On the loop's thread only.
    private func dispatch() {
        while let turn = state.withLock({ $0.isRunning ? $0.schedule.turn(nowMilliseconds: clock()) : nil }) {
            do throws(SQLiteError) { try take(turn) } catch {
                // The disk cannot be read: later, perhaps, it can.
                let later = clock() + Self.pauseMilliseconds
                state.withLock { $0.schedule.arrive(turn.target, dueMilliseconds: later) }
            }
        }
        let now = clock()
        guard let due = state.withLock({ $0.schedule.nextDue(nowMilliseconds: now) }) else { return }
        // An hour at most: the wall clock may be set.
        dispatch(afterMilliseconds: min(due - now, 3_600_000))
    }

    private func take(_ turn: EventSchedule.Turn) throws(SQLiteError) {
        let now = clock()
        // Looked at before the disk is: an event that ends in between is in neither, and not tried before its time.
        let inFlight = state.withLock(\.inFlight)
        let due = try store.due(for: turn.target, byMilliseconds: now, limit: turn.handled + turn.limit + 1)
        let waiting = due.filter { !inFlight.contains($0) }
        let mine = waiting.prefix(turn.limit)
        let next =
            waiting.count > mine.count ? now : try store.nextDue(for: turn.target, afterMilliseconds: now)
        let events = try mine.map { number throws(SQLiteError) in try store.event(number) }.compactMap(\.self)
        state.withLock { state in
            state.inFlight.formUnion(events.map(\.number))
            state.schedule.take(events.count, of: turn.target, nextDueMilliseconds: next)
        }
        let handler = handler.withLock(\.self)
        for event in events {
            handler?.handle(event) { [weak self] in self?.end(event, $0) }
        }
    }

    /// What follows from an event takes its place as what is accepted does. Where there is none it is lost: an event
    /// that could not end for it would be handled again and again.
    private func admit(_ followUps: [NewEvent], of event: QueuedEvent) -> [NewEvent] {
        let admitted = state.withLock { state in
            followUps.filter { state.reserve($0.payload.count, of: limits.diskBytes) }
        }
        for _ in admitted.count..<followUps.count { handler.withLock(\.self)?.didDropFollowUp(of: event) }
        return admitted
    }

    /// Notes what became of an event. It is in hand until that is on the disk.
    private func end(_ event: QueuedEvent, _ verdict: EventVerdict) {
        let number = event.number
        let change: EventStore.Change
        var due: Int64?
        var wasThrottled = false
        switch verdict {
        case .finished(let followUps): change = .finish(number: number, followUps: admit(followUps, of: event))
        case .postponed(let until, let isRetry, let reason):
            change = .postpone(number: number, untilMilliseconds: until, isRetry: isRetry, reason: reason)
            (due, wasThrottled) = (until, !isRetry)
        }
        state.withLock { [due, wasThrottled] state in
            state.changes.append(change)
            state.endings.append(
                Ending(
                    number: number, target: event.event.target, wasThrottled: wasThrottled, dueMilliseconds: due))
        }
        writeSoon()
    }
}
