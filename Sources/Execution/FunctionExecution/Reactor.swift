internal import LinuxSystem
internal import Synchronization

/// What environments need of the host beside sandboxes: the time, timers, descriptors that become ready, and threads
/// for work that blocks. One in the product, another in tests.
protocol Reactor: Sendable {
    /// The time by both clocks. Not before what was returned earlier.
    func now() -> Moment

    /// Calls `action` once at a moment of the monotonic clock, unless cancelled before.
    func schedule(atNanoseconds deadline: UInt64, _ action: @escaping @Sendable () -> Void) -> ReactorToken

    /// Calls `action` whenever a descriptor is ready, until cancelled.
    func watch(
        _ descriptor: Int32, for interest: EventLoop.Interest, _ action: @escaping @Sendable () -> Void
    ) throws(SystemCallError) -> ReactorToken

    /// Takes a timer or a watch back. An action that runs at this moment still ends.
    func cancel(_ token: ReactorToken)

    /// Runs work that blocks on another thread. `false` when too much waits already.
    func submit(_ work: @escaping @Sendable () -> Void) -> Bool

    /// Runs work that writes logs, on a thread of its own, in the order in which it comes: a slow disk delays no thread
    /// that answers. `false` when too much waits already.
    func submitLogging(_ work: @escaping @Sendable () -> Void) -> Bool

    /// Runs work that measures what is inside a sandbox, on a thread of its own: it can take seconds where a function
    /// starts a thousand processes, and nothing else may wait for it. `false` when too much waits already.
    func submitMeasuring(_ work: @escaping @Sendable () -> Void) -> Bool

    /// Runs work on the loop's thread, after what is due there; at once where the loop has stopped.
    func performSoon(_ work: @escaping @Sendable () -> Void)

    /// Lets this thread wait for what other threads do.
    func pause(milliseconds: Int)

    /// Ends all threads. Work that waits is done before.
    func stop()
}

/// Names a timer or a watch.
enum ReactorToken: Hashable, Sendable {
    /// Of an event loop.
    case loop(EventLoop.Token)
    /// Of a test.
    case number(Int)
}

/// The product's reactor: an event loop, and threads that make and close sandboxes.
final class ThreadedReactor: Reactor {
    private let loop: EventLoop
    private let workers: WorkQueue
    private let logWriter: WorkQueue
    private let measurer: WorkQueue
    private let isStopping = Atomic(false)

    /// Writes of logs that may wait: one for each environment, of ``LogStream/waitingBytesLimit`` at most, and what is
    /// to be done after them.
    private static let waitingLogWrites = 1_000

    /// - Parameter capacity: how much blocking work may wait.
    init(capacity: Int) throws(SystemCallError) {
        loop = try EventLoop(name: "environments")
        // A sandbox is a few milliseconds of system calls, and no more at once than the machine has use for.
        workers = try WorkQueue(name: "starter", threadCount: 4, capacity: capacity)
        logWriter = try WorkQueue(name: "logs", threadCount: 1, capacity: Self.waitingLogWrites)
        measurer = try WorkQueue(name: "memory", threadCount: 1, capacity: capacity)
    }

    func now() -> Moment {
        Moment(nanoseconds: MonotonicClock.nowNanoseconds(), milliseconds: WallClock.nowMilliseconds())
    }

    func schedule(atNanoseconds deadline: UInt64, _ action: @escaping @Sendable () -> Void) -> ReactorToken {
        .loop(loop.schedule(atNanoseconds: deadline, action))
    }

    func watch(
        _ descriptor: Int32, for interest: EventLoop.Interest, _ action: @escaping @Sendable () -> Void
    ) throws(SystemCallError) -> ReactorToken {
        .loop(try loop.watch(descriptor, for: interest, action))
    }

    func cancel(_ token: ReactorToken) {
        if case .loop(let token) = token { loop.cancel(token) }
    }

    func submit(_ work: @escaping @Sendable () -> Void) -> Bool { workers.submit(work) }

    func submitLogging(_ work: @escaping @Sendable () -> Void) -> Bool {
        if logWriter.submit(work) { return true }
        guard isStopping.load(ordering: .relaxed) else { return false }
        // No timer fires any more that could try again.
        work()
        return true
    }

    func submitMeasuring(_ work: @escaping @Sendable () -> Void) -> Bool { measurer.submit(work) }

    func performSoon(_ work: @escaping @Sendable () -> Void) {
        if isStopping.load(ordering: .relaxed) { return work() }
        _ = loop.schedule(atNanoseconds: 0, work)
    }

    func pause(milliseconds: Int) { SystemThread.sleep(milliseconds: UInt32(milliseconds)) }

    func stop() {
        workers.close()
        measurer.close()
        isStopping.store(true, ordering: .relaxed)
        loop.stop()
        logWriter.close()
    }
}
