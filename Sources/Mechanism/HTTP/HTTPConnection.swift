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
    /// When something was last read or sent (``MonotonicClock``).
    private var activeNanoseconds: UInt64
    /// Whether the thread's list of connections to advance contains it.
    var isQueued = false

    /// How much one connection may read or send before others have their turn, in reads of a whole buffer.
    private static let turnReads = 16
    private static let lingerNanoseconds: UInt64 = 5_000_000_000
    /// How much is dropped of a client, which may send the longest package before it reads, and of a sandbox, whose
    /// code may want to keep the server busy.
    private static let (clientLingerBytes, originLingerBytes) = (256 << 20, 1 << 20)

    /// Owns a non-blocking socket.
    init(descriptor: Int32, origin: UInt32, thread: ServingThread) {
        self.descriptor = descriptor
        self.origin = origin
        self.thread = thread
        reader = RequestReader(headLimitBytes: thread.limits.headBytes)
        activeNanoseconds = MonotonicClock.nowNanoseconds()
    }

    /// Something has changed that the connection waits for. Any thread.
    func wake() { thread.advanceSoon(self) }

    /// There is a response. Sent at once on the connection's thread, and by it soon on every other one.
    func sendResponse() {
        guard thread.isCurrent else { return wake() }
        takeResponse()
    }
}

// What the thread calls.
extension HTTPConnection {
    /// Something has happened to the socket.
    func ready(_ events: EpollSet.Events) {
        // The client cannot be answered any more.
        if !events.isDisjoint(with: .gone) { return close() }
        if events.contains(.peerFinished) { isHalfClosed = true }
        if !events.isDisjoint(with: [.readable, .peerFinished]) { mayRead = true }
        advance()
    }

    /// Does what can be done now.
    func advance() {
        switch phase {
        case .responding: pump()
        case .handling: takeResponse()
        case .reading, .lingering, .ending, .closed: break
        }
        useInput()
        for _ in 0..<Self.turnReads where isReading && mayRead {
            read()
            useInput()
        }
        if case .ending = phase { return close() }
        if isReading, mayRead { thread.advanceSoon(self) }
    }

    /// When the clock may close it for lack of traffic, as far as is known now; a moment that has come closes it. A
    /// request that waits for its response is no such lack.
    func closingNanoseconds(idleNanoseconds: UInt64, nowNanoseconds: UInt64) -> UInt64 {
        if case .lingering(let deadline, _) = phase { return deadline }
        guard idleNanoseconds > 0 else { return UInt64.max }
        if case .handling = phase { return nowNanoseconds + idleNanoseconds }
        return activeNanoseconds + idleNanoseconds
    }

    /// Whether a request is being read, handled or answered.
    var isBusy: Bool { exchange != nil }

    /// The server stops: answers what waits for a response, and ends streams.
    func stop(_ response: HTTPResponse) {
        exchange?.endPauses()
        output.abort()
        if case .handling = phase { exchange?.respond(response) }
        if exchange == nil { close() }
    }

    /// Closes the socket. What is left of a request learns that.
    func close() {
        if case .closed = phase { return }
        phase = .closed
        thread.remove(self)
        output.discard()
        endExchange()
    }

    private func endExchange() {
        guard let exchange else { return }
        self.exchange = nil
        exchange.end()
        thread.server.didEnd(exchange)
    }
}

// Reading.
extension HTTPConnection {
    /// Whether it takes bytes now.
    private var isReading: Bool {
        switch phase {
        case .reading: exchange.map { !$0.isPaused } ?? true
        case .lingering: true
        case .handling, .responding, .ending, .closed: false
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
        activeNanoseconds = thread.nowNanoseconds
        if case .lingering(let deadline, let bytesLeft) = phase {
            phase = count < bytesLeft ? .lingering(untilNanoseconds: deadline, bytesLeft: bytesLeft - count) : .ending
            return
        }
        let bytes = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count])
        // Nearly always, all of it is used at once.
        let used = input.isEmpty ? use(bytes) : 0
        input.append(contentsOf: bytes[used...])
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
        while case .reading = phase, isReading {
            do throws(RequestFault) {
                switch try reader.next(bytes, from: position) {
                case .more(let used): return used
                case .head(let head, let end):
                    position = end
                    begin(head, hasBytesOfBody: end < bytes.count)
                case .piece(let range):
                    position = range.upperBound
                    deliver(UnsafeRawBufferPointer(rebasing: bytes[range]))
                case .complete(let trailers, let end):
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

    private func begin(_ head: RequestHead, hasBytesOfBody: Bool) {
        thread.noteWork()
        let exchange = HTTPExchange(head, origin: origin, connection: self)
        self.exchange = exchange
        closesAfterResponse = !head.isPersistent
        output.begin(head)
        if let refusal = thread.server.begin(exchange) { return refuseBody(refusal) }
        guard head.expectsContinue, !hasBytesOfBody, head.framing != .length(0) else { return }
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
        for _ in 0..<Self.turnReads {
            switch output.sendSome(to: descriptor, for: self) {
            case .sent: activeNanoseconds = thread.nowNanoseconds
            case .waiting: return
            case .complete: return responded()
            case .broken:
                phase = .ending
                return thread.advanceSoon(self)
            }
        }
        thread.advanceSoon(self)
    }

    /// The response has been sent whole.
    private func responded() {
        activeNanoseconds = thread.nowNanoseconds
        let isUnread = mayRead || !input.isEmpty || !(exchange?.isBodyComplete ?? false)
        endExchange()
        guard closesAfterResponse else {
            phase = .reading
            if mayRead || !input.isEmpty { thread.advanceSoon(self) }
            return
        }
        input = []
        if isUnread { linger() } else { phase = .ending }
        thread.advanceSoon(self)
    }

    private func linger() {
        shutdown(descriptor, Int32(SHUT_WR))
        let deadline = thread.nowNanoseconds + Self.lingerNanoseconds
        let bytes = origin == 0 ? Self.clientLingerBytes : Self.originLingerBytes
        phase = .lingering(untilNanoseconds: deadline, bytesLeft: bytes)
        thread.expectDeadline(deadline)
    }
}
