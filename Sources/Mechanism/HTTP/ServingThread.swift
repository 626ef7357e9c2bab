// Length: the loop, accepting and giving way share state that only the thread uses.
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// One thread of a server with its connections.
///
/// The thread spins for a moment before it sleeps (docs/decisions/0022). A peer that was just sent something, such as a
/// runtime its event, sends again soon, and waking a thread takes as long as the work of an invocation.
final class ServingThread: Sendable {
    /// What other threads want this one to do: only this thread may use its connections.
    private struct Inbox {
        var jobs: [@Sendable () -> Void] = []
        var connections: [HTTPConnection] = []
        var isStopping = false
    }

    let limits: HTTPServer.Limits
    private let unretainedServer: Unmanaged<HTTPServer>
    private let waker: Waker
    private let epoll: EpollSet
    private let inbox = Mutex(Inbox())
    /// Whether the inbox has something: saves its lock on every turn.
    private let hasInboxItems = Atomic(false)
    /// Whether the thread sleeps, or is about to.
    private let isAsleep = Atomic(false)
    private let thread = Mutex<SystemThread?>(nil)

    // Only the thread uses these while it runs.
    nonisolated(unsafe) let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    nonisolated(unsafe) private var identity = pthread_t()
    nonisolated(unsafe) private var connections: [Int32: HTTPConnection] = [:]
    nonisolated(unsafe) private var queue: [HTTPConnection] = []
    nonisolated(unsafe) private var listener: Int32
    nonisolated(unsafe) private var isAccepting = false
    /// Accepted connections that need the place of another one, which is not closed amid the events of a turn.
    nonisolated(unsafe) private var arrivals: [(descriptor: Int32, address: PeerAddress?)] = []
    nonisolated(unsafe) private var standbyOrder = StandbyOrder()
    nonisolated(unsafe) private var dateLine = DateLine()
    /// Whether a request, or a part of one, has arrived in this turn.
    nonisolated(unsafe) private var hasWorked = false
    /// When the clock has work next.
    nonisolated(unsafe) private var deadlineNanoseconds = UInt64.max
    /// When this turn began.
    nonisolated(unsafe) private(set) var nowNanoseconds: UInt64 = 0
    /// When the thread has to end, with or without the last responses; `nil` while the server runs.
    nonisolated(unsafe) private var endNanoseconds: UInt64?

    /// A client that does not read must not keep the server from stopping.
    private static let stopNanoseconds: UInt64 = 500_000_000
    /// How long no connection is accepted when descriptors or memory have run out.
    private static let acceptPauseNanoseconds: UInt64 = 100_000_000

    /// Starts serving. The server must stop the thread before it is deallocated.
    ///
    /// - Parameter listener: a listening socket, which the thread owns from here on; `nil` for none.
    init(of server: HTTPServer, listener: Int32?, limits: HTTPServer.Limits) throws(HTTPServer.StartError) {
        unretainedServer = Unmanaged.passUnretained(server)
        self.limits = limits
        self.listener = listener ?? -1
        do {
            epoll = try EpollSet()
            waker = try Waker()
            try epoll.add(waker.descriptor, .readable)
            let thread = try SystemThread(name: "http") { [self] in run() }
            self.thread.withLock { $0 = thread }
        } catch {
            throw HTTPServer.StartError(description: "the HTTP server could not start: \(error)")
        }
    }

    deinit { readBuffer.deallocate() }

    /// Serves a connection that was accepted elsewhere, and owns it.
    ///
    /// - Returns: `false` when the thread is stopping: the caller still owns the connection.
    func adopt(connection: Int32, origin: UInt32) -> Bool {
        post { [self] in serve(connection, origin: origin) }
    }

    /// Reads what connections of these origins have received by now. Each that is not through with it holds `reading`.
    ///
    /// - Returns: `false` when the thread is stopping, and closes its connections.
    func readReceived(of origins: Set<UInt32>, _ reading: PendingReads) -> Bool {
        post { [self] in
            for connection in connections.values where origins.contains(connection.origin) {
                reading.begin()
                connection.readReceived { reading.end() }
            }
            reading.end()
        }
    }

    /// Leaves a job to the thread; `false` when it is stopping.
    private func post(_ job: @escaping @Sendable () -> Void) -> Bool {
        send { inbox in
            if !inbox.isStopping { inbox.jobs.append(job) }
            return !inbox.isStopping
        }
    }

    /// Stops accepting connections, answers parked requests with 503, and lets the thread end when the last responses
    /// are sent. Must be followed by ``join()``.
    func beginStop() {
        _ = send { inbox in
            inbox.isStopping = true
            return true
        }
    }

    /// Waits until the thread has ended, with every connection closed. Must be called once, on another thread.
    func join() { thread.withLock { $0 }?.join() }

    /// A connection has something to do. Any thread.
    func advanceSoon(_ connection: HTTPConnection) {
        if isCurrent { return enqueue(connection) }
        _ = send { inbox in
            inbox.connections.append(connection)
            return true
        }
    }

    /// Changes the inbox, and wakes the thread if it sleeps. Otherwise it looks before it sleeps.
    private func send(_ change: (inout Inbox) -> Bool) -> Bool {
        guard inbox.withLock({ change(&$0) }) else { return false }
        hasInboxItems.store(true, ordering: .sequentiallyConsistent)
        if isAsleep.load(ordering: .sequentiallyConsistent) { waker.wake() }
        return true
    }

    /// Whether the calling thread is this one.
    var isCurrent: Bool { pthread_equal(pthread_self(), identity) != 0 }
}

// What connections use, on the thread.
extension ServingThread {
    var server: HTTPServer { unretainedServer._withUnsafeGuaranteedRef { $0 } }

    /// Whether the server stops: no request may be parked any more.
    var isStopping: Bool { endNanoseconds != nil }

    /// The present time, as a response's `Date` field has it.
    func date() -> DateLine {
        dateLine.update()
        return dateLine
    }

    /// A request, or a part of one, has arrived.
    func noteWork() { hasWorked = true }

    /// The clock has work at this moment, or earlier.
    func expectDeadline(_ moment: UInt64) { deadlineNanoseconds = min(deadlineNanoseconds, moment) }

    /// A connection is closed: closes its socket.
    func remove(_ connection: HTTPConnection) {
        connections[connection.descriptor] = nil
        // A process that is being started holds a copy of the descriptor, and would keep it in the set.
        epoll.remove(connection.descriptor)
        // Before the descriptor is closed, and may be used anew.
        server.connectionDidEnd(
            origin: connection.origin, descriptor: connection.descriptor, address: connection.address)
        closeDescriptor(connection.descriptor)
    }

    private func enqueue(_ connection: HTTPConnection) {
        guard !connection.isQueued else { return }
        connection.isQueued = true
        queue.append(connection)
    }
}

// The loop.
extension ServingThread {
    private func run() {
        identity = pthread_self()
        // Functions wait for this thread, so it does not wait for them.
        SystemThread.raisePriority()
        acceptAgain()
        var window = SpinWindow(
            shortestMicroseconds: limits.shortestSpinMicroseconds, longestMicroseconds: limits.longestSpinMicroseconds)
        nowNanoseconds = MonotonicClock.nowNanoseconds()
        var quietSince = nowNanoseconds
        while true {
            nowNanoseconds = MonotonicClock.nowNanoseconds()
            let begin = nowNanoseconds
            hasWorked = false
            readInbox()
            advanceQueue()
            if isOver { break }
            if begin >= deadlineNanoseconds { clockWork() }
            let isQuiet = queue.isEmpty && begin - quietSince >= window.nanoseconds
            poll(sleeping: isQuiet)
            if !arrivals.isEmpty { admitArrivals() }
            guard hasWorked else { continue }
            // With the time that the thread slept.
            window.workCame(afterNanoseconds: nowNanoseconds - quietSince)
            quietSince = MonotonicClock.nowNanoseconds()
        }
        for connection in connections.values { connection.close() }
        stopAccepting()
    }

    /// Whether the server has stopped, and nothing is left to send or the time for it is over.
    private var isOver: Bool {
        guard let endNanoseconds else { return false }
        return nowNanoseconds >= endNanoseconds || !connections.values.contains { $0.isBusy }
    }

    private func readInbox() {
        guard hasInboxItems.load(ordering: .sequentiallyConsistent) else { return }
        hasInboxItems.store(false, ordering: .sequentiallyConsistent)
        let items = inbox.withLock { inbox in
            defer { (inbox.jobs, inbox.connections) = ([], []) }
            return inbox
        }
        for job in items.jobs { job() }
        for connection in items.connections { enqueue(connection) }
        guard items.isStopping, endNanoseconds == nil else { return }
        let end = nowNanoseconds + Self.stopNanoseconds
        endNanoseconds = end
        expectDeadline(end)
        stopAccepting()
        for connection in connections.values { connection.stop(HTTPServer.stopping) }
    }

    private func advanceQueue() {
        guard !queue.isEmpty else { return }
        let connections = queue
        queue.removeAll(keepingCapacity: true)
        for connection in connections {
            connection.isQueued = false
            connection.advance()
        }
    }

    /// Handles the events that there are, or sleeps until there are some.
    private func poll(sleeping: Bool) {
        var milliseconds: Int32 = 0
        if sleeping {
            isAsleep.store(true, ordering: .sequentiallyConsistent)
            if !hasInboxItems.load(ordering: .sequentiallyConsistent) {
                milliseconds = MonotonicClock.sleepMilliseconds(
                    until: deadlineNanoseconds, nowNanoseconds: nowNanoseconds)
            }
        }
        epoll.wait(milliseconds: milliseconds) {
            guard sleeping else { return }
            isAsleep.store(false, ordering: .relaxed)
            nowNanoseconds = MonotonicClock.nowNanoseconds()
        } _: { descriptor, events in
            if let connection = connections[descriptor] {
                connection.socketDidChange(events)
            } else if descriptor == waker.descriptor {
                waker.clear()
            } else if descriptor == listener {
                accept()
            }
        }
    }

    /// Closes idle connections, and accepts again after a pause.
    private func clockWork() {
        deadlineNanoseconds = endNanoseconds ?? UInt64.max
        for connection in connections.values {
            let moment = connection.deadlineNanoseconds
            if moment <= nowNanoseconds { connection.close() } else { expectDeadline(moment) }
        }
        if !isAccepting { acceptAgain() }
    }
}

// Accepting.
extension ServingThread {
    private func acceptAgain() {
        guard listener >= 0, endNanoseconds == nil else { return }
        do {
            try epoll.add(listener, [.readable, .exclusive])
            isAccepting = true
        } catch {
            // The kernel has no memory for it at the moment.
            expectDeadline(nowNanoseconds + Self.acceptPauseNanoseconds)
        }
    }

    private func stopAccepting() {
        guard listener >= 0 else { return }
        closeDescriptor(listener)
        listener = -1
    }

    /// Accepts one connection: where several come, the other threads have their share.
    private func accept() {
        guard let connection = ConnectionAcceptor.accept(listener) else {
            guard [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) else { return }
            // The listener would be ready all the time.
            epoll.remove(listener)
            isAccepting = false
            return expectDeadline(nowNanoseconds + Self.acceptPauseNanoseconds)
        }
        let address = PeerAddress(of: connection)
        guard server.admitClient(address) == .admitted else { return arrivals.append((connection, address)) }
        server.noteClient(isAccepted: true)
        serve(connection, origin: 0, address)
    }

    /// Serves connections for which others give way, or closes them.
    private func admitArrivals() {
        for (descriptor, address) in arrivals {
            var verdict = server.admitClient(address)
            if verdict != .admitted, giveWay(of: verdict == .addressIsFull ? address : nil) {
                verdict = server.admitClient(address)
            }
            server.noteClient(isAccepted: false)
            if verdict == .admitted {
                serve(descriptor, origin: 0, address)
            } else {
                closeDescriptor(descriptor)
                server.makeRoom(besides: self)
            }
        }
        arrivals = []
    }

    /// Closes the connection that has waited longest for its client.
    ///
    /// - Parameter address: of this address; of any where `nil`.
    /// - Returns: whether there was one.
    private func giveWay(of address: PeerAddress?) -> Bool {
        let connection: HTTPConnection?
        if let address {
            connection = connections.values.filter { $0.address == address && $0.standby != nil }
                .min { ($0.standby ?? .last) < ($1.standby ?? .last) }
        } else {
            connection = standbyOrder.next {
                connections[$0]?.standbyIfSilent
            } all: {
                connections.compactMap { descriptor, connection in connection.standby.map { (descriptor, $0) } }
            }.flatMap { connections[$0] }
        }
        connection?.close()
        return connection != nil
    }

    /// Another thread has accepted a connection, and has none that gives way.
    func giveWaySoon() {
        _ = send { inbox in
            inbox.jobs.append { [self] in _ = giveWay(of: nil) }
            return true
        }
    }

    private func serve(_ descriptor: Int32, origin: UInt32, _ address: PeerAddress? = nil) {
        let connection = HTTPConnection(descriptor: descriptor, origin: origin, address: address, thread: self)
        connections[descriptor] = connection
        do {
            try epoll.add(descriptor, [.readable, .writable, .peerFinished, .onceEach])
        } catch {
            return connection.close()
        }
        expectDeadline(connection.deadlineNanoseconds)
    }
}
