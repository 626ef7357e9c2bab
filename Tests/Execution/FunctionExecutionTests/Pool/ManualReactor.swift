import LinuxSystem
import Synchronization

@testable import FunctionExecution

/// A reactor whose clock stands still until it is moved, and whose work waits until it is asked for.
final class ManualReactor: Reactor {
    private struct State {
        var nanoseconds: UInt64 = 1_000_000_000_000
        var lastToken = 0
        var timers: [Int: (deadline: UInt64, action: @Sendable () -> Void)] = [:]
        var watches: [Int: (descriptor: Int32, action: @Sendable () -> Void)] = [:]
        var work: [@Sendable () -> Void] = []
        var refusesWork = false
        var refusesLogging = false
        var logging: [@Sendable () -> Void] = []
        var measuring: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    func now() -> Moment {
        let nanoseconds = state.withLock { $0.nanoseconds }
        return Moment(nanoseconds: nanoseconds, milliseconds: Int64(nanoseconds / 1_000_000))
    }

    func schedule(atNanoseconds deadline: UInt64, _ action: @escaping @Sendable () -> Void) -> ReactorToken {
        state.withLock { state in
            state.lastToken += 1
            state.timers[state.lastToken] = (deadline, action)
            return .number(state.lastToken)
        }
    }

    func watch(
        _ descriptor: Int32, for interest: EventLoop.Interest, _ action: @escaping @Sendable () -> Void
    ) -> ReactorToken {
        state.withLock { state in
            state.lastToken += 1
            state.watches[state.lastToken] = (descriptor, action)
            return .number(state.lastToken)
        }
    }

    func cancel(_ token: ReactorToken) {
        guard case .number(let number) = token else { return }
        state.withLock { state in
            state.timers[number] = nil
            state.watches[number] = nil
        }
    }

    func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if !state.refusesWork { state.work.append(work) }
            return !state.refusesWork
        }
    }

    func submitLogging(_ work: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if !state.refusesLogging { state.logging.append(work) }
            return !state.refusesLogging
        }
    }

    func submitMeasuring(_ work: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { $0.measuring.append(work) }
        return true
    }

    func performSoon(_ work: @escaping @Sendable () -> Void) { _ = schedule(atNanoseconds: 0, work) }

    func pause(milliseconds: Int) {
        runWork()
        advance(milliseconds: UInt64(milliseconds))
    }

    func stop() { runWork() }

    /// Lets the clock go on; what is due happens on the way, in order.
    func advance(milliseconds: UInt64) {
        let end = state.withLock { $0.nanoseconds + milliseconds * 1_000_000 }
        while let action = takeDue(until: end) { action() }
        state.withLock { $0.nanoseconds = end }
    }

    private func takeDue(until end: UInt64) -> (@Sendable () -> Void)? {
        state.withLock { state in
            // Of two with one deadline the older one is first, so that a run can be repeated.
            let first = state.timers.min { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }
            guard let (token, timer) = first, timer.deadline <= end
            else { return nil }
            state.timers[token] = nil
            state.nanoseconds = max(state.nanoseconds, timer.deadline)
            return timer.action
        }
    }

    /// Does the work that waits.
    func runWork() {
        while let work = state.withLock({ $0.work.isEmpty ? nil : $0.work.removeFirst() }) { work() }
    }

    /// Does one piece of the work that waits, as one of several threads may.
    ///
    /// - Parameter choose: chooses it, of so many.
    func performWork(_ choose: (Int) -> Int) {
        let count = state.withLock { $0.work.count }
        guard count > 0 else { return }
        let index = choose(count)
        let work = state.withLock { $0.work.remove(at: index) }
        work()
    }

    /// Lets the thread that writes logs do what waits.
    ///
    /// - Returns: how much that was.
    func writeLogs() -> Int { perform(\.logging) }

    /// Lets the thread that measures do what waits.
    ///
    /// - Returns: how much that was.
    func measure() -> Int { perform(\.measuring) }

    private func perform(_ waiting: WritableKeyPath<State, [@Sendable () -> Void]>) -> Int {
        let work = state.withLock { state in
            defer { state[keyPath: waiting] = [] }
            return state[keyPath: waiting]
        }
        for piece in work { piece() }
        return work.count
    }

    /// A descriptor becomes readable.
    func makeReadable(_ descriptor: Int32) {
        let actions = state.withLock { $0.watches.values.filter { $0.descriptor == descriptor }.map(\.action) }
        for action in actions { action() }
    }

    /// Whether work is refused from now on: too much waits.
    func refuseWork(_ isRefused: Bool = true) { state.withLock { $0.refusesWork = isRefused } }

    /// Whether the thread that writes logs is so far behind that it takes no more.
    func refuseLogging(_ isRefused: Bool) { state.withLock { $0.refusesLogging = isRefused } }

    /// Watches and timers that are set.
    var pendingCount: (timers: Int, watches: Int) { state.withLock { ($0.timers.count, $0.watches.count) } }
}
