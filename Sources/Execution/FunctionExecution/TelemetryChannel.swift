internal import Glibc
internal import LinuxSystem
internal import Sandbox
internal import Synchronization
internal import Telemetry

/// One subscription to telemetry: collects events and sends them to a listener inside the environment, a batch at a
/// time. The sandbox's first process makes the connections (docs/decisions/0017).
///
/// Nothing waits for a subscriber. A slow one loses events, and gets an event with their number.
final class TelemetryChannel: Sendable {
    private enum Phase {
        case idle
        /// The first process was asked for a connection.
        case connecting(Batch)
        case sending(Batch, Int32, sent: Int, ReactorToken?)
        /// The request is sent, and its answer is awaited.
        case answering(Batch, Int32, ReactorToken?)
        case closed
    }

    private struct Batch {
        let message: [UInt8]
        let records: Int
    }

    private struct State {
        var buffer: TelemetryBuffer
        var phase = Phase.idle
        /// A connection that is kept for the next batch.
        var kept: Int32?
        /// Whether the environment is frozen: what is due is sent after the thaw.
        var isHeld = false
        var isDue = false
    }

    let name: String
    let interface: TelemetryInterface
    let subscription: TelemetrySubscription
    /// Names it to the sandbox.
    let ticket: Int32
    private let sandbox: any RunningSandbox
    private let reactor: any Reactor
    private let state: Mutex<State>

    init(
        name: String, interface: TelemetryInterface, subscription: TelemetrySubscription, ticket: Int32,
        sandbox: any RunningSandbox, reactor: any Reactor
    ) {
        self.name = name
        self.interface = interface
        self.subscription = subscription
        self.ticket = ticket
        self.sandbox = sandbox
        self.reactor = reactor
        state = Mutex(State(buffer: TelemetryBuffer(subscription)))
    }

    deinit { close() }

    /// Whether it wants events of a category.
    func wants(_ category: TelemetrySubscription.Category) -> Bool { subscription.categories.contains(category) }

    /// Adds an event, to be sent within the time that was asked for.
    func publish(_ document: [UInt8]) {
        let (isFirst, isFull) = state.withLock { ($0.buffer.append(document), $0.buffer.isFull) }
        if isFull { return flush() }
        guard isFirst else { return }
        let patience = UInt64(subscription.timeoutMilliseconds) * 1_000_000
        _ = reactor.schedule(atNanoseconds: reactor.now().nanoseconds + patience) { [weak self] in self?.flush() }
    }

    /// The processes of the environment are stopped: nothing inside would read.
    func hold() { state.withLock { $0.isHeld = true } }

    /// The processes of the environment run again.
    func resume() {
        let isDue = state.withLock { state in
            state.isHeld = false
            return state.isDue
        }
        if isDue { flush() }
    }

    /// Sends what waits, now or as soon as it can be.
    func flush() { state.withLock { begin(&$0) } }

    /// The first process has made a connection, or could not.
    func connected(_ descriptor: Int32?) {
        state.withLock { state in
            guard case .connecting(let batch) = state.phase, let descriptor else {
                if let descriptor { _ = FileDescriptor(owning: descriptor) }
                return lose(&state)
            }
            state.phase = .sending(batch, descriptor, sent: 0, nil)
            send(&state)
        }
    }

    /// Ends the subscription; what waits is lost.
    func close() {
        state.withLock { state in
            release(&state)
            if let kept = state.kept { _ = FileDescriptor(owning: kept) }
            state.kept = nil
            state.phase = .closed
        }
    }
}

// Under the lock.
extension TelemetryChannel {
    private func begin(_ state: inout State) {
        guard case .idle = state.phase, !state.isHeld else {
            state.isDue = true
            return
        }
        state.isDue = false
        if let loss = state.buffer.takeDroppedEvent(reason: "The subscriber did not take them."), wants(.platform) {
            _ = state.buffer.append(loss.document(milliseconds: reactor.now().milliseconds))
        }
        guard !state.buffer.isEmpty else { return }
        let events = state.buffer.takeBatch()
        // What does not fit into the batch has waited long enough.
        state.isDue = !state.buffer.isEmpty
        let batch = Batch(message: subscription.destination.message(events), records: events.count)
        if let kept = state.kept {
            state.kept = nil
            state.phase = .sending(batch, kept, sent: 0, nil)
            return send(&state)
        }
        state.phase = .connecting(batch)
        if !sandbox.connect(port: subscription.destination.port, ticket: ticket) { lose(&state) }
    }

    private func send(_ state: inout State) {
        guard case .sending(let batch, let descriptor, var sent, var token) = state.phase else { return }
        while sent < batch.message.count {
            let count = batch.message.withUnsafeBytes { bytes in
                Glibc.send(
                    descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            if count < 0, errno == EAGAIN || errno == ENOTCONN {
                token = token ?? watch(descriptor, for: .writable)
                state.phase = .sending(batch, descriptor, sent: sent, token)
                return
            }
            guard count > 0 else { return lose(&state) }
            sent += count
        }
        if let token { reactor.cancel(token) }
        guard subscription.destination.awaitsResponse else {
            state.kept = descriptor
            return rest(&state)
        }
        state.phase = .answering(batch, descriptor, watch(descriptor, for: .readable))
    }

    private func watch(_ descriptor: Int32, for interest: EventLoop.Interest) -> ReactorToken? {
        // Without a watch the batch is lost with its environment, which is as far as a full epoll can harm.
        try? reactor.watch(descriptor, for: interest) { [weak self] in self?.proceed() }
    }

    private func proceed() {
        state.withLock { state in
            switch state.phase {
            case .sending: send(&state)
            case .answering:
                // The status does not matter: a batch that is refused is not sent again.
                release(&state)
                rest(&state)
            case .idle, .connecting, .closed: break
            }
        }
    }

    /// The batch could not be delivered.
    private func lose(_ state: inout State) {
        switch state.phase {
        case .connecting(let batch), .sending(let batch, _, _, _), .answering(let batch, _, _):
            state.buffer.drop(records: batch.records, bytes: batch.message.count)
        case .idle, .closed: return
        }
        release(&state)
        rest(&state)
    }

    /// Lets go of the connection that is in use.
    private func release(_ state: inout State) {
        switch state.phase {
        case .sending(_, let descriptor, _, let token), .answering(_, let descriptor, let token):
            if let token { reactor.cancel(token) }
            _ = FileDescriptor(owning: descriptor)
        case .idle, .connecting, .closed: break
        }
    }

    private func rest(_ state: inout State) {
        state.phase = .idle
        if state.isDue || state.buffer.isFull { begin(&state) }
    }
}
