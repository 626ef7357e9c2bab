internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread that waits for descriptors to become ready and for timers to fire (epoll(7)).
///
/// Timers are set and cancelled far more often than they fire: an invocation sets one and nearly always ends before it.
/// So both cost a few steps in a heap, and setting a timer wakes the thread only when it would otherwise sleep past the
/// deadline. Cancelling never wakes it.
public final class EventLoop: Sendable {
    /// Identifies a watch or a timer for ``cancel(_:)``.
    public struct Token: Hashable, Sendable {
        fileprivate enum Registration: Hashable {
            case watch(UInt64)
            case timer(TimerHeap<Action>.Key)
        }

        fileprivate let registration: Registration
    }

    fileprivate typealias Action = @Sendable () -> Void

    /// The event that a watch waits for.
    public enum Interest: Sendable {
        /// The descriptor is readable, or its peer has hung up.
        case readable
        /// The descriptor is writable, or its peer has hung up.
        case writable

        var events: UInt32 {
            switch self {
            case .readable: EPOLLIN.rawValue
            case .writable: EPOLLOUT.rawValue
            }
        }
    }

    private struct Watch {
        let descriptor: Int32
        let action: Action
    }

    private struct State {
        var lastWatch: UInt64 = 0
        /// The watches by the number that epoll reports them under.
        var watches: [UInt64: Watch] = [:]
        var timers = TimerHeap<Action>()
        /// When the thread wakes up by itself.
        var wakeNanoseconds = UInt64.max
        var isStopping = false

        mutating func add(_ watch: Watch) -> UInt64 {
            lastWatch += 1
            watches[lastWatch] = watch
            return lastWatch
        }
    }

    private let epoll: FileDescriptor
    private let waker: Waker
    private let state = Mutex(State())
    private let thread = Mutex<SystemThread?>(nil)

    /// The number that epoll reports the waker under.
    private static let wakerNumber: UInt64 = 0

    /// Starts the loop's thread.
    public init(name: String) throws(SystemCallError) {
        let epoll = FileDescriptor(owning: epoll_create1(Int32(EPOLL_CLOEXEC)))
        guard epoll.rawValue >= 0 else { throw SystemCallError("epoll_create1") }
        self.epoll = epoll
        waker = try Waker()
        try add(descriptor: waker.descriptor, number: Self.wakerNumber, .readable)
        let thread = try SystemThread(name: name) { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    /// Calls `action` on the loop's thread whenever a descriptor is ready or has hung up, until ``cancel(_:)``.
    ///
    /// The readiness is level-triggered: the action must read or write what makes the descriptor ready, or cancel. The
    /// caller keeps the descriptor open until it has cancelled.
    public func watch(
        _ descriptor: Int32, for interest: Interest = .readable, _ action: @escaping @Sendable () -> Void
    ) throws(SystemCallError) -> Token {
        let number = state.withLock { $0.add(Watch(descriptor: descriptor, action: action)) }
        do {
            try add(descriptor: descriptor, number: number, interest)
        } catch {
            state.withLock { _ = $0.watches.removeValue(forKey: number) }
            throw error
        }
        return Token(registration: .watch(number))
    }

    /// Calls `action` once on the loop's thread at a time of ``MonotonicClock``, unless it is cancelled before. Actions
    /// with equal deadlines are called in the order in which they were scheduled.
    public func schedule(atNanoseconds deadline: UInt64, _ action: @escaping @Sendable () -> Void) -> Token {
        let (timer, isEarlier) = state.withLock { state in
            let isEarlier = deadline < state.wakeNanoseconds
            if isEarlier { state.wakeNanoseconds = deadline }
            return (state.timers.insert(action, deadline: deadline), isEarlier)
        }
        if isEarlier { waker.wake() }
        return Token(registration: .timer(timer))
    }

    /// Cancels a watch or a timer. An action that the loop's thread is already performing, or is about to because its
    /// timer is due, is still performed.
    public func cancel(_ token: Token) {
        switch token.registration {
        case .timer(let timer): state.withLock { _ = $0.timers.remove(timer) }
        case .watch(let number):
            guard let watch = state.withLock({ $0.watches.removeValue(forKey: number) }) else { return }
            epoll_ctl(epoll.rawValue, EPOLL_CTL_DEL, watch.descriptor, nil)
        }
    }

    /// The number of timers that have neither fired nor been cancelled.
    var timerCount: Int { state.withLock { $0.timers.count } }

    /// Ends the thread after its current action. Must not be called from an action.
    public func stop() {
        state.withLock { $0.isStopping = true }
        waker.wake()
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }
}

extension EventLoop {
    private func add(descriptor: Int32, number: UInt64, _ interest: Interest) throws(SystemCallError) {
        var event = epoll_event(events: interest.events, data: epoll_data_t(u64: number))
        guard epoll_ctl(epoll.rawValue, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw SystemCallError("epoll_ctl")
        }
    }

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        // Looked at after the waker was cleared and before the thread sleeps: a stop in between is not slept through.
        while let sleep = planSleepMilliseconds() {
            let count = epoll_wait(epoll.rawValue, &events, Int32(events.count), sleep)
            for event in events.prefix(Int(max(count, 0))) {
                performWatch(event.data.u64)
            }
            performDueTimers()
        }
    }

    private func performWatch(_ number: UInt64) {
        guard number != Self.wakerNumber else {
            waker.clear()
            return
        }
        // Missing when it was cancelled after epoll reported it.
        state.withLock { $0.watches[number]?.action }?()
    }

    /// The time until the next timer, or -1 for no timer, as epoll_wait(2) takes it; `nil` when the loop stops. From
    /// here on only an earlier timer or a stop wakes the thread.
    private func planSleepMilliseconds() -> Int32? {
        let earliest: UInt64? = state.withLock { state in
            guard !state.isStopping else { return nil }
            let earliest = state.timers.earliestDeadline ?? UInt64.max
            state.wakeNanoseconds = earliest
            return earliest
        }
        return earliest.map {
            MonotonicClock.sleepMilliseconds(until: $0, nowNanoseconds: MonotonicClock.nowNanoseconds())
        }
    }

    private func performDueTimers() {
        let now = MonotonicClock.nowNanoseconds()
        // All at once, so that an action that schedules another for now cannot keep the thread from its descriptors.
        let due = state.withLock { state in
            var due: [Action] = []
            while let action = state.timers.popDue(at: now) { due.append(action) }
            return due
        }
        for action in due { action() }
    }
}
