// Length: reading and sending are one state machine with private state.
internal import Glibc
internal import LinuxSystem

/// One connection: reads requests, one after the other, and sends their responses.
///
/// Only the thread that serves it may use it, except for ``wake()`` and ``sendResponse()``. Its socket is in the
/// thread's epoll set once, edge-triggered (epoll(7)): that there is something to read is remembered until a read finds
/// less than it asked for, so nothing is registered anew when a request is parked or answered.
final class HTTPConnection: @unchecked Sendable {
    private enum Phase {
        /// It reads a request.
        case reading
        /// It has read a head, and the handler prepares for the body.
        case preparing
        /// The request is complete and has no response yet.
        case handling
        /// The response is being sent.
        case responding
        /// The last response has been sent. What the client still sends is dropped, until it has read the response and
        /// closes: closing first would reset the connection, and the client might never see the response.
        case lingering(untilNanoseconds: UInt64, bytesLeft: Int)
        /// The socket is to be closed.
        case ending
        case closed
    }

    let descriptor: Int32
    let origin: UInt32
    /// The address of a client of another host.
    let address: PeerAddress?
    private let thread: ServingThread
    private var phase = Phase.reading
    private var reader: RequestReader
    private var exchange: HTTPExchange?
    /// Bytes that were read and not used yet.
    private var input: [UInt8] = []
    /// Whether the socket may have bytes that were not read, or its end.
    private var mayRead = false
    /// Whether the client will send nothing more: the end of file is read like bytes, without another edge.
    private var isHalfClosed = false
    private var output = ResponseOutput()
    private var closesAfterResponse = false
    /// Whether a head has arrived.
    private var hasRequested = false
    /// Whether the body was paused when it was last looked at.
    private var wasPaused = false
    /// Whether the client sends the body only after `100 Continue`.
    private var awaitsContinue = false
    private var clock: ConnectionClock
    /// Whether the thread's list of connections to advance contains it.
    var isQueued = false

    /// Called when what was received by now is handled.
    private var whenRead: [@Sendable () -> Void] = []

    /// What is left of this turn: a request costs ``requestCost``, everything else 1.
    private var turn = 0

    /// How much one connection may read, handle or send before the others of its thread have their turn.
    private static let (turnCost, requestCost) = (256, 16)
    private static let lingerNanoseconds: UInt64 = 5_000_000_000
    /// How much is dropped of a client, which may send the longest package before it reads, and of a sandbox, whose
    /// code may want to keep the server busy.
    private static let (clientLingerBytes, originLingerBytes) = (256 << 20, 1 << 20)

    /// Owns a non-blocking socket.
    init(descriptor: Int32, origin: UInt32, address: PeerAddress?, thread: ServingThread) {
        self.descriptor = descriptor
        self.origin = origin
        self.address = address
        self.thread = thread
        reader = RequestReader(headLimitBytes: thread.limits.headBytes)
        clock = ConnectionClock(activeNanoseconds: MonotonicClock.nowNanoseconds())
    }

    /// Something has changed that the connection waits for. Any thread.
    func wake() { thread.advanceSoon(self) }

    /// There is a response. On the connection's thread it is sent at once; on any other one that thread sends it soon.
    func sendResponse() {
        guard thread.isCurrent else { return wake() }
        takeResponse()
    }
}

// What the thread calls.
extension HTTPConnection {
    /// Something has happened to the socket.
    func socketDidChange(_ events: EpollSet.Events) {
        if !events.isDisjoint(with: [.failed, .hungUp]) {
            // The peer cannot be answered any more. What it sent before is read all the same.
            switch phase {
            case .reading where isReading: break
            case .lingering where !events.contains(.failed): break
            default: return close()
            }
        }
        if !events.isDisjoint(with: [.peerFinished, .hungUp, .failed]) { isHalfClosed = true }
        if !events.isDisjoint(with: [.readable, .peerFinished, .hungUp, .failed]) { mayRead = true }
        advance()
    }

    /// Reads and handles what the peer has sent by now, then calls `body`. A request that has begun is read to its end,
    /// also where its body is paused; where one has to be answered first, what is behind it is not waited for.
    func readReceived(then body: @escaping @Sendable () -> Void) {
        mayRead = true
        whenRead.append(body)
        advance()
    }

    private func noteRead() {
        guard !whenRead.isEmpty else { return }
        // What a peer that has ended could not send yet follows: its socket has it until there is room in this one.
        if case .reading = phase, mayRead || exchange != nil || !input.isEmpty { return }
        let bodies = whenRead
        whenRead = []
        for body in bodies { body() }
    }

    /// Does what can be done now.
    func advance() {
        turn = Self.turnCost
        noteResumption()
        switch phase {
        case .responding: pump()
        case .handling: takeResponse()
        case .preparing: beginBody()
        case .reading, .lingering, .ending, .closed: break
        }
        useInput()
        while isReading, mayRead, turn > 0 {
            turn -= Self.requestCost
            read()
            useInput()
        }
        if case .ending = phase { return close() }
        wasPaused = exchange?.isPaused ?? false
        noteRead()
        expectDeadline()
        if isReading, mayRead || turn <= 0 { thread.advanceSoon(self) }
    }

    /// When the clock may close it, as far as is known now; a moment that has come closes it.
    var deadlineNanoseconds: UInt64 {
        clock.deadline(of: wait, limits: thread.limits, nowNanoseconds: thread.nowNanoseconds)
    }

    private var wait: ConnectionClock.Wait {
        switch phase {
        case .lingering(let deadline, _): .closing(byNanoseconds: deadline)
        case .handling, .preparing: .response
        case .reading where origin == 0 && isReading && exchange != nil: .body
        case .reading where origin == 0 && exchange == nil && !input.isEmpty: .head
        case .reading, .responding, .ending, .closed: .request
        }
    }

    /// Why nothing is done for it; `nil` where it does not give way to another one.
    var standby: Standby? {
        guard origin == 0 else { return nil }
        switch phase {
        case .lingering: return Standby(kind: .head, sinceNanoseconds: clock.activeNanoseconds)
        case .reading where exchange == nil:
            let isHead = !hasRequested || !input.isEmpty
            let since = clock.headNanoseconds ?? clock.activeNanoseconds
            return Standby(kind: isHead ? .head : .request, sinceNanoseconds: since)
        case .reading where isReading: return Standby(kind: .body, sinceNanoseconds: clock.activeNanoseconds)
        case .reading, .preparing, .handling, .responding, .ending, .closed: return nil
        }
    }

    /// The same; `nil` also where an idle client has just sent something.
    var standbyIfSilent: Standby? { standby.flatMap { $0.kind == .request && hasUnreadBytes ? nil : $0 } }

    /// Whether something has come that was not read yet: the next request, perhaps. Its client would not learn whether
    /// it was handled.
    private var hasUnreadBytes: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }

    /// A body that the server has paused is not slow.
    private func noteResumption() {
        guard wasPaused, exchange?.isPaused != true else { return }
        clock.beginBody(limits: thread.limits, nowNanoseconds: thread.nowNanoseconds)
    }

    /// Has the clock look when what it waits for is late.
    private func expectDeadline() {
        switch wait {
        case .head, .body: thread.expectDeadline(deadlineNanoseconds)
        case .request, .response, .closing: break
        }
    }

    /// Whether a request is being read, handled or answered.
    var isBusy: Bool { exchange != nil }

    /// The server stops: answers what waits for a response, and ends streams.
    func stop(_ response: HTTPResponse) {
        exchange?.endPauses()
        output.abort()
        if case .preparing = phase { return refuseBody(response) }
        if case .handling = phase { exchange?.respond(response) }
        if exchange == nil { close() }
    }

    /// Closes the socket. What is left of a request learns that.
    func close() {
        if case .closed = phase { return }
        phase = .closed
        output.discard()
        // Before the origin's entry goes with its last connection: what the request was charged is part of it.
        endExchange()
        thread.remove(self)
        noteRead()
    }

    private func endExchange(sentStatus: Int? = nil) {
        guard let exchange else { return }
        self.exchange = nil
        exchange.end()
        thread.server.didEnd(exchange, sentStatus: sentStatus)
    }
}

// Reading.
extension HTTPConnection {
    /// Whether it takes bytes now.
    private var isReading: Bool {
        switch phase {
        case .reading: exchange.map { !$0.isPaused } ?? true
        case .lingering: true
        case .preparing, .handling, .responding, .ending, .closed: false
        }
    }

    private func read() {
        let buffer = thread.readBuffer
        let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
        guard count > 0 else {
            if count < 0, errno == EINTR { return }
            mayRead = false
            if count == 0 || errno != EAGAIN { phase = .ending }
            return
        }
        if count < buffer.count, !isHalfClosed { mayRead = false }
        clock.activeNanoseconds = thread.nowNanoseconds
        if case .lingering(_, let bytesLeft) = phase {
            guard count < bytesLeft else { return phase = .ending }
            return linger(bytesLeft - count)
        }
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
        // Nearly always, all of it is used at once.
        let used = input.isEmpty ? use(bytes) : 0
        if used < count, clock.headNanoseconds == nil { clock.headNanoseconds = thread.nowNanoseconds }
        input.append(contentsOf: bytes[used...])
        if exchange != nil {
            clock.didReceiveBody(count, limits: thread.limits, nowNanoseconds: thread.nowNanoseconds)
        }
    }

    /// Uses what was read before.
    private func useInput() {
        guard isReading, !input.isEmpty || exchange != nil else { return }
        let bytes = input
        let used = bytes.withUnsafeBytes { use($0) }
        if used > 0 { input = Array(bytes[used...]) }
    }

    /// Uses bytes of the wire.
    ///
    /// - Returns: how many were used; the rest is to be given again, with more behind it.
    private func use(_ bytes: UnsafeRawBufferPointer) -> Int {
        var position = 0
        while case .reading = phase, isReading, turn > 0 {
            do throws(RequestFault) {
                switch try reader.next(bytes, from: position) {
                case .more(let used): return used
                case .head(let head, let end):
                    position = end
                    didReceiveHead(head, hasBytesOfBody: end < bytes.count)
                case .piece(let range):
                    turn -= 1
                    position = range.upperBound
                    deliver(UnsafeRawBufferPointer(rebasing: bytes[range]))
                case .complete(let trailers, let end):
                    turn -= Self.requestCost
                    position = end
                    complete(trailers)
                }
            } catch {
                refuse(error)
                return bytes.count
            }
        }
        return position
    }

    private func didReceiveHead(_ head: RequestHead, hasBytesOfBody: Bool) {
        thread.noteWork()
        clock.headNanoseconds = nil
        hasRequested = true
        let exchange = HTTPExchange(
            head, origin: origin, connection: self, arrivalNanoseconds: thread.nowNanoseconds)
        self.exchange = exchange
        closesAfterResponse = !head.isPersistent
        output.begin(head)
        awaitsContinue = head.expectsContinue && !hasBytesOfBody && head.framing != .length(0)
        if thread.server.needsPreparation(exchange) { phase = .preparing }
        beginBody()
    }

    /// The handler is ready for the body, or refuses it.
    private func beginBody() {
        guard let exchange else { return }
        if case .preparing = phase, !exchange.hasPrepared { return }
        phase = .reading
        clock.beginBody(limits: thread.limits, nowNanoseconds: thread.nowNanoseconds)
        if let refusal = thread.server.begin(exchange) { return refuseBody(refusal) }
        guard awaitsContinue else { return }
        output.add(interim: "HTTP/1.1 100 Continue\r\n\r\n")
        _ = output.sendSome(to: descriptor, for: self)
    }

    /// Gives a piece of the body to the server, for the request's sink or its buffer.
    private func deliver(_ piece: UnsafeRawBufferPointer) {
        guard let exchange else { return }
        thread.noteWork()
        switch thread.server.receive(piece, of: exchange) {
        case .taken: break
        case .refused(let response): refuseBody(response)
        case .disconnect: phase = .ending
        }
    }

    /// The request is complete: asks for the response.
    private func complete(_ trailers: HTTPFields) {
        guard let exchange else { return }
        exchange.completeBody(trailers: trailers)
        phase = .handling
        if let response = thread.server.respond(to: exchange) { return send(response) }
        takeResponse()
        if thread.isStopping { exchange.respond(HTTPServer.stopping) }
    }

    /// The request cannot be read: says why, and ends the connection.
    private func refuse(_ fault: RequestFault) {
        refuseBody(
            HTTPResponse(status: fault.status, contentType: "text/plain", text: "Bad request: \(fault.reason).\n"))
    }

    /// The request is refused before it was read whole.
    private func refuseBody(_ response: HTTPResponse) {
        exchange?.finish()
        closesAfterResponse = true
        send(response)
    }
}

// Sending.
extension HTTPConnection {
    /// Sends the response if there is one.
    private func takeResponse() {
        guard case .handling = phase, let response = exchange?.takeResponseOrPark() else { return }
        send(response)
    }

    private func send(_ response: HTTPResponse) {
        phase = .responding
        output.set(response, closes: closesAfterResponse, date: thread.date())
        if output.closes { closesAfterResponse = true }
        pump()
    }

    /// Sends as much as the socket takes.
    private func pump() {
        for _ in 0..<Self.turnCost / Self.requestCost {
            switch output.sendSome(to: descriptor, for: self) {
            case .sent: clock.activeNanoseconds = thread.nowNanoseconds
            case .waiting: return
            case .complete: return didSendResponse()
            case .broken:
                phase = .ending
                return thread.advanceSoon(self)
            }
        }
        thread.advanceSoon(self)
    }

    /// The response has been sent whole.
    private func didSendResponse() {
        clock.activeNanoseconds = thread.nowNanoseconds
        let isUnread = mayRead || !input.isEmpty || !(exchange?.isBodyComplete ?? false)
        endExchange(sentStatus: output.status)
        output.reset()
        guard closesAfterResponse else {
            phase = .reading
            if mayRead || !input.isEmpty { thread.advanceSoon(self) }
            return
        }
        input = []
        thread.advanceSoon(self)
        guard isUnread else { return phase = .ending }
        shutdown(descriptor, Int32(SHUT_WR))
        linger(origin == 0 ? Self.clientLingerBytes : Self.originLingerBytes)
    }

    private func linger(_ bytesLeft: Int) {
        let deadline = thread.nowNanoseconds + Self.lingerNanoseconds
        phase = .lingering(untilNanoseconds: deadline, bytesLeft: bytesLeft)
        thread.expectDeadline(deadline)
    }
}
