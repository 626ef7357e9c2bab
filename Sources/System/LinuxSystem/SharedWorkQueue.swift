internal import Synchronization

/// A bounded queue of blocking work for a few threads, which clients share fairly: each has a queue of its own, and no
/// client can occupy all threads or the whole backlog (``WorkShares``).
public final class SharedWorkQueue<Client: Hashable & Sendable>: Sendable {
    private typealias Item = (client: Client, work: @Sendable () -> Void)

    private struct State {
        var shares: WorkShares<Client, @Sendable () -> Void>
        /// Threads that wait for a signal, each of which gets one.
        var sleeping = 0
        var isClosed = false

        /// How many threads to wake: one where some work may run, all where none will come any more.
        mutating func takeSleepers() -> Int {
            let isOver = isClosed && shares.waitingCount == 0
            let count = isOver ? sleeping : shares.hasNext ? min(1, sleeping) : 0
            sleeping -= count
            return count
        }
    }

    private enum Step {
        case work(Item)
        case sleep
        case end
    }

    private let state: Mutex<State>
    private let available = Semaphore()
    private let threads = Mutex<[SystemThread]>([])

    /// Starts the queue's threads.
    ///
    /// - Parameters:
    ///   - name: the threads' name.
    ///   - threadCount: how many work items run at once.
    ///   - capacity: how many may be pending, of all clients.
    public init(name: String, threadCount: Int, capacity: Int) throws(SystemCallError) {
        state = Mutex(State(shares: WorkShares(places: threadCount, backlog: capacity)))
        for _ in 0..<threadCount {
            let thread = try SystemThread(name: name) { [self] in run() }
            threads.withLock { $0.append(thread) }
        }
    }

    /// Adds work of a client. `false` when the client has its share of the backlog, or the queue is closed: the caller
    /// has to reject its client.
    public func submit(for client: Client, _ work: @escaping @Sendable () -> Void) -> Bool {
        let (isAccepted, sleepers) = state.withLock { state in
            guard !state.isClosed, state.shares.add(work, of: client) else { return (false, 0) }
            return (true, state.takeSleepers())
        }
        wake(sleepers)
        return isAccepted
    }

    /// Refuses new work, performs the pending work, and returns when the threads have ended. Must not be called from
    /// the queue's own work.
    public func close() {
        let sleepers = state.withLock { state in
            state.isClosed = true
            return state.takeSleepers()
        }
        wake(sleepers)
        let threads = self.threads.withLock { list in
            defer { list = [] }
            return list
        }
        for thread in threads { thread.join() }
    }

    private func run() {
        var ended: Client?
        while true {
            let (step, sleepers) = next(after: ended)
            wake(sleepers)
            ended = nil
            switch step {
            case .work(let item):
                item.work()
                ended = item.client
            case .sleep: available.wait()
            case .end: return
            }
        }
    }

    /// What a thread does next, and how many others have something to do as well: the end of one client's work may let
    /// another client have two places.
    private func next(after ended: Client?) -> (Step, sleepers: Int) {
        state.withLock { state in
            if let ended { state.shares.didEnd(ended) }
            let step: Step
            if let item = state.shares.next() {
                step = .work(item)
            } else if state.isClosed, state.shares.waitingCount == 0 {
                step = .end
            } else {
                state.sleeping += 1
                return (.sleep, 0)
            }
            return (step, state.takeSleepers())
        }
    }

    private func wake(_ count: Int) { for _ in 0..<count { available.signal() } }
}
