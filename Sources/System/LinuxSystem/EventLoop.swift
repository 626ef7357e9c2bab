internal import CLinux
internal import Glibc
internal import Synchronization

/// One thread that waits for descriptors to become readable and for timers to run out (epoll(7)).
///
/// Timers are made and cancelled far more often than they run out: an invocation sets one and is nearly always done
/// first. So setting one is a dictionary insertion, and the thread is only woken when it would otherwise sleep too
/// long; it then looks at all timers, of which there is at most one for each busy environment.
public final class EventLoop: Sendable {
    /// Names a watch or a timer, for taking it back.
    public struct Token: Hashable, Sendable {
        let number: UInt64
    }

    /// What a watch waits for.
    public enum Interest: Sendable {
        /// There is something to read, or the other end has hung up.
        case readable
        /// There is room to write, or the other end has hung up.
        case writable

        var events: UInt32 {
            switch self {
            case .readable: EPOLLIN.rawValue
            case .writable: EPOLLOUT.rawValue
            }
        }
    }

    private struct Timer {
        let deadlineNanoseconds: UInt64
        let action: @Sendable () -> Void
    }

    private struct Watch {
        let descriptor: Int32
        let action: @Sendable () -> Void
    }

    private struct State {
        var lastToken: UInt64 = 0
        var watches: [UInt64: Watch] = [:]
        var timers: [UInt64: Timer] = [:]
        /// When the thread wakes up by itself.
        var wakeNanoseconds = UInt64.max
        var isStopping = false

        mutating func makeToken() -> UInt64 {
            lastToken += 1
            return lastToken
        }
    }

    private let epoll: FileDescriptor
    private let waker: Waker
    private let state = Mutex(State())
    private let thread = Mutex<SystemThread?>(nil)

    /// The token under which epoll reports the wake-up descriptor.
    private static let wakeUpToken: UInt64 = 0

    /// Starts the loop's thread.
    public init(name: String) throws(SystemCallError) {
        let epoll = FileDescriptor(owning: epoll_create1(Int32(EPOLL_CLOEXEC)))
        guard epoll.rawValue >= 0 else { throw SystemCallError("epoll_create1") }
        self.epoll = epoll
        waker = try Waker()
        try add(descriptor: waker.descriptor, token: Self.wakeUpToken, .readable)
        let thread = try SystemThread(name: name) { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    /// Calls `action` on the loop's thread whenever a descriptor is readable, or writable, or has hung up, until
    /// ``cancel(_:)``.
    ///
    /// The action must take what makes the descriptor ready, or cancel. The caller keeps the descriptor open until
    /// it has cancelled.
    public func watch(
        _ descriptor: Int32, for interest: Interest = .readable, _ action: @escaping @Sendable () -> Void
    ) throws(SystemCallError) -> Token {
        let token = state.withLock { state in
            let token = state.makeToken()
            state.watches[token] = Watch(descriptor: descriptor, action: action)
            return token
        }
        do {
            try add(descriptor: descriptor, token: token, interest)
        } catch {
            state.withLock { _ = $0.watches.removeValue(forKey: token) }
            throw error
        }
        return Token(number: token)
    }

    /// Calls `action` once, on the loop's thread, at a moment of ``MonotonicClock``, unless cancelled before.
    public func schedule(atNanoseconds deadline: UInt64, _ action: @escaping @Sendable () -> Void) -> Token {
        let (token, isEarlier) = state.withLock { state in
            let token = state.makeToken()
            state.timers[token] = Timer(deadlineNanoseconds: deadline, action: action)
            let isEarlier = deadline < state.wakeNanoseconds
            if isEarlier { state.wakeNanoseconds = deadline }
            return (token, isEarlier)
        }
        if isEarlier { waker.wake() }
        return Token(number: token)
    }

    /// Takes a watch or a timer back. An action that is running on the loop's thread at this moment still ends.
    public func cancel(_ token: Token) {
        let watch = state.withLock { state -> Watch? in
            state.timers.removeValue(forKey: token.number)
            return state.watches.removeValue(forKey: token.number)
        }
        if let watch { epoll_ctl(epoll.rawValue, EPOLL_CTL_DEL, watch.descriptor, nil) }
    }

    /// Timers that have neither run out nor been cancelled.
    var timerCount: Int { state.withLock { $0.timers.count } }

    /// Ends the thread, after the action it is in. Not to be called from an action.
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
    private func add(descriptor: Int32, token: UInt64, _ interest: Interest) throws(SystemCallError) {
        var event = epoll_event(events: interest.events, data: epoll_data_t(u64: token))
        guard epoll_ctl(epoll.rawValue, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
            throw SystemCallError("epoll_ctl")
        }
    }

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = epoll_wait(epoll.rawValue, &events, Int32(events.count), planSleepMilliseconds())
            if state.withLock({ $0.isStopping }) { return }
            for event in events.prefix(Int(max(count, 0))) {
                perform(event.data.u64)
            }
            performDueTimers()
        }
    }

    private func perform(_ token: UInt64) {
        guard token != Self.wakeUpToken else {
            waker.clear()
            return
        }
        // A watch that was cancelled after epoll reported it is not there any more.
        state.withLock { $0.watches[token]?.action }?()
    }

    private func planSleepMilliseconds() -> Int32 {
        let earliest = state.withLock { state in
            let earliest = state.timers.values.lazy.map(\.deadlineNanoseconds).min() ?? UInt64.max
            state.wakeNanoseconds = earliest
            return earliest
        }
        guard earliest != UInt64.max else { return -1 }
        let now = MonotonicClock.nowNanoseconds()
        guard earliest > now else { return 0 }
        // Rounded up: waking a moment early would only spin.
        return Int32(clamping: (earliest - now + 999_999) / 1_000_000)
    }

    private func performDueTimers() {
        let now = MonotonicClock.nowNanoseconds()
        let due = state.withLock { state in
            let due = state.timers.filter { $0.value.deadlineNanoseconds <= now }
            for token in due.keys { state.timers.removeValue(forKey: token) }
            return due
        }
        for timer in due.values.sorted(by: { $0.deadlineNanoseconds < $1.deadlineNanoseconds }) {
            timer.action()
        }
    }
}
