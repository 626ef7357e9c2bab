internal import Synchronization

/// A bounded queue of blocking work for a few threads, in FIFO order: the control plane's disk writes, the start of
/// sandboxes.
public final class WorkQueue: Sendable {
    private struct State {
        /// Pending work, from `first` on; what is before has been taken.
        var pending: [@Sendable () -> Void] = []
        var first = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let available = Semaphore()
    private let threads = Mutex<[SystemThread]>([])

    /// Starts the queue's threads.
    ///
    /// - Parameters:
    ///   - name: the threads' name.
    ///   - threadCount: how many work items run at once.
    ///   - capacity: how many may be pending; beyond it ``submit(_:)`` refuses.
    public init(name: String, threadCount: Int, capacity: Int) throws(SystemCallError) {
        self.capacity = capacity
        for _ in 0..<threadCount {
            let thread = try SystemThread(name: name) { [self] in run() }
            threads.withLock { $0.append(thread) }
        }
    }

    /// Adds work. `false` when the queue is full or closed: the caller has to reject its client.
    public func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        let isAccepted = state.withLock { state in
            guard !state.isClosed, state.pending.count - state.first < capacity else { return false }
            state.pending.append(work)
            return true
        }
        if isAccepted { available.signal() }
        return isAccepted
    }

    /// Refuses new work, performs the pending work, and returns when the threads have ended. Must not be called from
    /// the queue's own work.
    public func close() {
        state.withLock { $0.isClosed = true }
        let threads = self.threads.withLock { list in
            defer { list = [] }
            return list
        }
        for _ in threads { available.signal() }
        for thread in threads { thread.join() }
    }

    private func run() {
        while true {
            available.wait()
            guard let work = take() else { return }
            work()
        }
    }

    /// The oldest pending work; `nil` when the queue is closed and empty.
    private func take() -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard state.first < state.pending.count else { return nil }
            let work = state.pending[state.first]
            state.first += 1
            // Compacted once most items are taken: so taking one costs amortised constant time.
            if state.first * 2 > state.pending.count {
                state.pending.removeFirst(state.first)
                state.first = 0
            }
            return work
        }
    }
}
