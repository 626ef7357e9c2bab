internal import LinuxSystem

/// What a queue knows in memory: under its lock.
struct EventQueueState {
    var schedule: EventSchedule
    var inFlight: Set<Int> = []
    var changes: [EventStore.Change] = []
    var callers: [@Sendable (EventAcceptance) -> Void] = []
    var finished: [FinishedAttempt] = []
    var unwrittenBytes = 0
    var room: QueueRoom
    /// Events that were deleted since free pages of the database were looked for.
    var deletedCount = 0
    /// The next dispatch, by ``MonotonicClock``, and its timer: never more than one.
    var nextDispatch: (nanoseconds: UInt64, timer: EventLoop.Token)?
    /// Whether events are dispatched to the handler.
    var isRunning = false
    var isStopping = false

    /// Reserves an event's bytes on the disk; `false` when a limit would be exceeded.
    mutating func reserve(_ event: NewEvent) -> Bool {
        guard room.reserve(event) else { return false }
        unwrittenBytes += event.payload.count
        return true
    }
}
