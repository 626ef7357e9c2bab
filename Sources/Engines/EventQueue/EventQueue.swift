public import LinuxSystem
public import Store
internal import Synchronization

/// A durable queue of events. An accepted event is handled at least once, also when the program is killed.
///
/// Group commit: the changes of all callers are gathered while the last transaction is written, and share the next one
/// and its fsync. The backlog is on the disk only: memory grows with the number of targets and of events in flight, not
/// with the backlog.
public final class EventQueue: Sendable {
    let store: EventStore
    private let limits: Limits
    private let handler = Mutex<(any EventHandler)?>(nil)
    let clock: @Sendable () -> Int64
    private let state: Mutex<EventQueueState>
    /// Capacity 1 coalesces writes: one transaction is written, one waits and takes all changes that come meanwhile.
    private let writer: WorkQueue
    let loop: EventLoop

    /// Events that are deleted before the queue looks whether its file can be made shorter.
    private static let deletionsBetweenLooks = 256
    /// How long the queue waits before it tries a failed disk again.
    private static let diskRetryMilliseconds: Int64 = 1_000

    /// Opens the queue in a database, which has ``migrations``. Events are accepted from now on.
    ///
    /// - Parameters:
    ///   - group: The group that a target belongs to; its targets share ``Limits/inFlightPerGroup`` and
    ///   ``Limits/diskBytesPerGroup``.
    ///   - clock: Milliseconds since 1970.
    public init(
        _ database: Database, limits: Limits = Limits(),
        group: @escaping @Sendable (String) -> String = { $0 },
        clock: @escaping @Sendable () -> Int64 = { WallClock.nowMilliseconds() }
    ) throws {
        store = EventStore(database)
        self.limits = limits
        self.clock = clock
        var schedule = EventSchedule(
            capacity: limits.inFlight, groupCapacity: limits.inFlightPerGroup, group: group)
        for (target, due) in try store.heads() { schedule.didArrive(target, dueMilliseconds: due) }
        let room = QueueRoom(limits: limits, used: try store.usedBytesByTarget(), group: group)
        state = Mutex(EventQueueState(schedule: schedule, room: room))
        writer = try WorkQueue(name: "events-disk", threadCount: 1, capacity: 1)
        loop = try EventLoop(name: "events")
    }

    /// Begins to dispatch events to a handler.
    ///
    /// - Parameter isRetried: the targets whose events are due at once, without the reason of their last failure: they
    ///   waited for what a restart can change, such as a configuration.
    public func start(_ handler: any EventHandler, retrying isRetried: (_ target: String) -> Bool = { _ in false }) {
        retryAfterRestart(isRetried)
        self.handler.withLock { $0 = handler }
        state.withLock { $0.isRunning = true }
        dispatchSoon()
    }

    /// Dispatches no more events and accepts none. Events in flight may still end.
    public func beginShutdown() {
        state.withLock { state in
            state.isRunning = false
            state.isStopping = true
        }
    }

    /// Accepts an event.
    ///
    /// - Parameter answer: Called once, on any thread, when the event is on the disk or will never be.
    public func accept(_ event: NewEvent, _ answer: @escaping @Sendable (EventAcceptance) -> Void) {
        let isAccepted = state.withLock { state in
            guard !state.isStopping, state.unwrittenBytes + event.payload.count <= limits.unwrittenBytes,
                state.reserve(event)
            else { return false }
            state.changes.append(.add(event))
            state.callers.append(answer)
            return true
        }
        isAccepted ? writeSoon() : answer(.refused)
    }

    /// Writes the pending changes and stops. Events in flight stay in the queue unless they end before this returns.
    public func stop() {
        beginShutdown()
        loop.stop()
        writer.close()
        write()
    }
}

extension EventQueue {
    /// Schedules events that are on the disk, by their targets and when they are due. `addedBytes` are of those that
    /// the database's owner has added.
    func schedule(_ heads: [String: Int64], addedBytes: [String: Int] = [:]) {
        state.withLock { state in
            state.room.add(addedBytes)
            for (target, due) in heads { state.schedule.didArrive(target, dueMilliseconds: due) }
        }
        dispatchSoon()
    }

    /// Whether events fit on the disk, of which each target has so many bytes.
    func hasRoom(forBytes bytes: [String: Int]) -> Bool { state.withLock { $0.room.has(bytes) } }

    /// Events were deleted otherwise than by their end: reads what is left, and gives the disk back what is free.
    func didPurge() {
        // Where it cannot be read, each target is right again after its next transaction.
        if let used = try? store.usedBytesByTarget() { state.withLock { $0.room.setAll(used) } }
        releaseSpace()
    }

    private func releaseSpace() {
        // On a full or busy disk the file stays as long as it is until the next time.
        try? store.database.releaseSpace()
    }

    /// The numbers of the events in flight.
    var eventsInFlight: Set<Int> { state.withLock(\.inFlight) }
}

extension EventQueue {
    /// Writes the pending changes on the writer's thread.
    private func writeSoon() {
        // Refused when a write waits already, which takes these changes along.
        _ = writer.submit { [weak self] in self?.write() }
    }

    /// Writes all pending changes in one transaction.
    private func write() {
        let (changes, callers, finished, reserved) = state.withLock { state in
            defer { (state.changes, state.callers, state.finished, state.unwrittenBytes) = ([], [], [], 0) }
            return (state.changes, state.callers, state.finished, state.room.reserved)
        }
        guard !changes.isEmpty else { return }
        do throws(StoreError) {
            let targets = try store.apply(changes)
            // The events are on the disk and must not be refused any more; the next transaction reads the size again.
            let used = try? store.usedBytes(of: targets.union(finished.map(\.target)))
            let now = clock()
            let isLookDue = state.withLock { state in
                if let used {
                    for (target, bytes) in used { state.room.set(bytes, of: target) }
                } else {
                    state.room.add(reserved)
                }
                state.room.release(reserved)
                state.deletedCount += finished.count { $0.dueMilliseconds == nil }
                for target in targets { state.schedule.didArrive(target, dueMilliseconds: now) }
                for attempt in finished {
                    state.inFlight.remove(attempt.number)
                    state.schedule.didFinish(
                        attempt.target, wasThrottled: attempt.wasThrottled, dueMilliseconds: attempt.dueMilliseconds,
                        nowMilliseconds: now)
                }
                guard state.deletedCount >= Self.deletionsBetweenLooks else { return false }
                state.deletedCount = 0
                return true
            }
            for caller in callers { caller(.stored) }
            dispatchSoon()
            if isLookDue { releaseSpace() }
        } catch {
            for caller in callers { caller(.failed(error)) }
            keepForRetry(changes, finished, mayBeStored: error.isOutcomeUnknown)
        }
    }

    /// After a disk error: outcomes of attempts are kept and written later; events that may be stored are looked for.
    private func keepForRetry(_ changes: [EventStore.Change], _ finished: [FinishedAttempt], mayBeStored: Bool) {
        let later = clock() + Self.diskRetryMilliseconds
        let outcomes = changes.filter { if case .add = $0 { false } else { true } }
        var refusedBytes: [String: Int] = [:]
        for case .add(let event) in changes { refusedBytes[event.target, default: 0] += event.diskBytes }
        let isStopping = state.withLock { state in
            state.room.release(refusedBytes)
            state.changes = outcomes + state.changes
            state.finished = finished + state.finished
            let targets = mayBeStored ? changes.compactMap(\.newTarget) : []
            for target in targets { state.schedule.didArrive(target, dueMilliseconds: later) }
            return state.isStopping
        }
        guard !isStopping, !outcomes.isEmpty else { return dispatchSoon() }
        _ = loop.schedule(atNanoseconds: Self.moment(afterMilliseconds: Self.diskRetryMilliseconds)) { [weak self] in
            self?.writeSoon()
        }
    }

    private func dispatchSoon() { dispatch(afterMilliseconds: 0) }

    /// Schedules a dispatch after a delay, unless an earlier one is scheduled.
    private func dispatch(afterMilliseconds delay: Int64) {
        let moment = Self.moment(afterMilliseconds: delay)
        state.withLock { state in
            if let next = state.nextDispatch {
                guard moment < next.nanoseconds else { return }
                // Otherwise thousands of dispatches a second would each leave a timer for as long as an event waits.
                loop.cancel(next.timer)
            }
            let timer = loop.schedule(atNanoseconds: moment) { [weak self] in
                // Another dispatch may have been scheduled since this timer fired.
                self?.state.withLock { if $0.nextDispatch?.nanoseconds == moment { $0.nextDispatch = nil } }
                self?.dispatch()
            }
            state.nextDispatch = (moment, timer)
        }
    }

    private static func moment(afterMilliseconds delay: Int64) -> UInt64 {
        MonotonicClock.nowNanoseconds() + UInt64(max(0, delay)) * 1_000_000
    }
}

extension EventQueue {
    /// Dispatches the events that are due. On the loop's thread only.
    private func dispatch() {
        while true {
            let (fetch, delay) = nextStep()
            guard let fetch else {
                // An hour at most: the wall clock may be set.
                if let delay { dispatch(afterMilliseconds: min(delay, 3_600_000)) }
                return
            }
            do throws(StoreError) { try perform(fetch) } catch {
                // The disk cannot be read: try again later.
                let later = clock() + Self.diskRetryMilliseconds
                state.withLock { $0.schedule.didArrive(fetch.target, dueMilliseconds: later) }
            }
        }
    }

    /// The next fetch, or the delay until there may be one. Both by one reading of the clock: an event that became due
    /// between two would be in neither. Read under the lock: the schedule takes an earlier time for a step of the
    /// clock.
    private func nextStep() -> (fetch: EventSchedule.Fetch?, delay: Int64?) {
        state.withLock { state in
            let now = clock()
            if state.isRunning, let fetch = state.schedule.nextFetch(nowMilliseconds: now) { return (fetch, nil) }
            return (nil, state.schedule.nextDue(nowMilliseconds: now).map { $0 - now })
        }
    }

    /// Reads events that are due from the store and passes them to the handler.
    private func perform(_ fetch: EventSchedule.Fetch) throws(StoreError) {
        let now = clock()
        // Read before the disk: an event that ends in between is then in neither, and not tried before its time.
        let inFlight = state.withLock(\.inFlight)
        let due = try store.due(for: fetch.target, byMilliseconds: now, limit: fetch.inFlight + fetch.limit + 1)
        let waiting = due.filter { !inFlight.contains($0) }
        let fetched = waiting.prefix(fetch.limit)
        let next =
            waiting.count > fetched.count ? now : try store.nextDue(for: fetch.target, afterMilliseconds: now)
        let events = try fetched.map { number throws(StoreError) in try store.event(number) }.compactMap(\.self)
        state.withLock { state in
            state.inFlight.formUnion(events.map(\.number))
            state.schedule.didFetch(events.count, of: fetch.target, nextDueMilliseconds: next)
        }
        let handler = handler.withLock(\.self)
        for event in events {
            handler?.handle(event) { [weak self] in self?.end(event, $0) }
        }
    }

    /// Reserves disk space for follow-up events, as for accepted ones, and drops those that do not fit: an event that
    /// could not end for lack of space would be handled again and again.
    private func admit(_ followUps: [NewEvent], of event: QueuedEvent) -> [NewEvent] {
        let admitted = state.withLock { state in followUps.filter { state.reserve($0) } }
        for _ in admitted.count..<followUps.count { handler.withLock(\.self)?.didDropFollowUp(of: event) }
        return admitted
    }

    /// Notes the outcome of an attempt. The event stays in flight until the outcome is on the disk.
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
            state.finished.append(
                FinishedAttempt(
                    number: number, target: event.event.target, wasThrottled: wasThrottled, dueMilliseconds: due))
        }
        writeSoon()
    }
}
