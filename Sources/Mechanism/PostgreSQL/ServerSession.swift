internal import Glibc
internal import LinuxSystem
internal import Store
internal import Synchronization

/// The server's dedicated connection: it holds the server's lock, brings notifications, and shows at once that the
/// database has gone. The pool works only while it is there.
///
/// A thread of its own waits on the connection, and makes it anew with back-off when it is lost.
final class ServerSession: Sendable {
    let state = SessionState()
    let role: PostgreSQLRole
    private let connector: Connector
    private let didChange: @Sendable (PostgreSQLEvent) -> Void
    private let counters = Mutex<[String: CommitCounter]>([:])
    /// The server's processes behind the pool, whose commits are counted when they happen.
    private let ownProcesses = Mutex<Set<Int32>>([])
    /// Closes what belongs to a session that is lost.
    private let closeIdle = Mutex<(@Sendable () -> Void)?>(nil)
    /// Held by the one call that looks up a lost commit.
    private let lookUp = Mutex(())
    private let waker: Waker
    private let isStopping = Atomic(false)
    private let thread = Mutex<SystemThread?>(nil)

    /// The channel of all notifications; their payload is a schema.
    static let channel = "strata"
    /// A session that brings nothing for this long is asked whether it is there.
    private static let quietMilliseconds: UInt64 = 5_000
    private static let pingMilliseconds: UInt64 = 5_000
    private static let firstBackOffMilliseconds: UInt64 = 20
    private static let longestBackOffMilliseconds: UInt64 = 1_000
    /// How long a new session waits for the locks of a server that was killed.
    private static let lockMilliseconds: UInt64 = 5_000
    private static let lockPauseMilliseconds: UInt64 = 50

    /// Connects, and starts the thread.
    init(
        _ connector: Connector, role: PostgreSQLRole, didChange: @escaping @Sendable (PostgreSQLEvent) -> Void
    ) throws(StoreError) {
        self.connector = connector
        self.role = role
        self.didChange = didChange
        do throws(SystemCallError) { waker = try Waker() } catch { throw .unavailable(error.description) }
        let connection = try begin()
        do throws(SystemCallError) {
            let thread = try SystemThread(name: "postgresql") { [self] in run(connection) }
            self.thread.withLock { $0 = thread }
        } catch {
            throw .unavailable(error.description)
        }
    }

    /// Has something done each time that the session is lost, before another one begins.
    func whenLost(_ action: @escaping @Sendable () -> Void) { closeIdle.withLock { $0 = action } }

    /// Ends the session; the pool works no more.
    func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        waker.wake()
        let thread = self.thread.withLock { $0.take() }
        thread?.join()
    }

    /// The counter of a schema.
    func counter(_ schema: String) -> CommitCounter {
        counters.withLock { counters in
            let counter = counters[schema] ?? CommitCounter(state)
            counters[schema] = counter
            return counter
        }
    }

    // MARK: Connections of the pool

    /// Makes a connection that works while the session with a token is there.
    func connect(token: Int64) throws(StoreError) -> ServerConnection {
        let connection = try connector.connect()
        if role == .server { try ServerLocks.joinWork(connection) }
        guard try ServerLocks.isLocked(token: token, connection) else {
            throw .unavailable("the session with the database is lost")
        }
        _ = ownProcesses.withLock { $0.insert(connection.serverProcess) }
        return connection
    }

    /// Counts the commits of a connection of the pool no more. Called before it is closed.
    func unregister(_ connection: ServerConnection) {
        _ = ownProcesses.withLock { $0.remove(connection.serverProcess) }
    }

    /// What became of a transaction.
    enum Outcome: Hashable {
        case committed, undone
        /// It has not ended yet.
        case inProgress
        /// The database was restarted, and has a transaction with this id that it committed. That need not be the same:
        /// an id is given again when nothing of its transaction had reached the disk.
        case unknown
    }

    /// Asks, on a connection beside those of the pool, what became of a transaction. One call at a time: every
    /// connection may have been lost at once, and the database has a limit.
    ///
    /// - Parameter token: Of the session in which it began.
    /// - Returns: Also ``Outcome/inProgress`` while another call asks.
    func outcome(ofTransaction id: String, token: Int64) throws(StoreError) -> Outcome {
        try lookUp.withLockIfAvailable { _ throws(StoreError) in try outcome(of: id, token: token) } ?? .inProgress
    }

    private func outcome(of id: String, token: Int64) throws(StoreError) -> Outcome {
        let connection = try connector.connect()
        switch try connection.result(of: "SELECT pg_xact_status('\(id)'::xid8)").firstText() {
        case "committed": return try ServerLocks.isLocked(token: token, connection) ? .committed : .unknown
        case "aborted": return .undone
        default: return .inProgress
        }
    }

    // MARK: The thread

    private func run(_ first: ServerConnection) {
        var connection: ServerConnection? = first
        var backOff = Self.firstBackOffMilliseconds
        while !isStopping.load(ordering: .sequentiallyConsistent) {
            do throws(StoreError) {
                if let current = connection.take() {
                    try serve(current)
                } else {
                    connection = try begin()
                    backOff = Self.firstBackOffMilliseconds
                    didChange(.regained)
                }
            } catch {
                let wasThere = state.token != nil
                // Also where another server has come first: calls may succeed later.
                state.didEnd(.unavailable(error.message))
                closeIdle.withLock(\.self)?()
                if wasThere { didChange(.lost(error)) }
                _ = wait(nil, milliseconds: backOff)
                backOff = min(backOff * 2, Self.longestBackOffMilliseconds)
            }
        }
        state.didEnd(.unavailable("the server stops"))
    }

    /// Connects, takes the locks and listens.
    private func begin() throws(StoreError) -> ServerConnection {
        let connection = try connector.connect()
        if role == .server {
            let deadline = Deadline(milliseconds: Self.lockMilliseconds)
            try ServerLocks.acquire(connection) {
                !deadline.hasPassed && wait(nil, milliseconds: Self.lockPauseMilliseconds) == .nothing
            }
        }
        let token = Int64.random(in: 0...(.max))
        try ServerLocks.lock(token: token, connection)
        try connection.execute("LISTEN \(Self.channel)")
        state.didBegin(token: token)
        return connection
    }

    /// Passes notifications on until the connection is lost, or the session stops.
    private func serve(_ connection: ServerConnection) throws(StoreError) {
        while true {
            switch wait(connection.descriptor, milliseconds: Self.quietMilliseconds) {
            case .stop: return
            case .nothing: _ = try connection.result(of: "SELECT 1", milliseconds: Self.pingMilliseconds)
            case .input: break
            }
            for notification in connection.takeNotifications() {
                let isOwn = ownProcesses.withLock { $0.contains(notification.sender) }
                if !isOwn { counters.withLock { $0[notification.payload] }?.bump() }
            }
            if connection.isBroken { throw .unavailable("the database has ended the connection") }
        }
    }

    private enum Wake { case stop, input, nothing }

    /// Waits for input, and for ``stop()``.
    private func wait(_ descriptor: Int32?, milliseconds: UInt64) -> Wake {
        var waiting = [pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0)]
        if let descriptor { waiting.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)) }
        // EINTR looks like nothing, which costs one question too many.
        let ready = poll(&waiting, nfds_t(waiting.count), Int32(milliseconds))
        guard ready > 0 else { return .nothing }
        return waiting[0].revents != 0 ? .stop : .input
    }
}
