/// When a connection is closed for lack of traffic. A pure value.
struct ConnectionClock {
    /// What a connection waits for.
    enum Wait {
        /// The next request.
        case request
        /// The rest of a head, of a client.
        case head
        /// More of a body, of a client. A runtime may take its time with a streamed response.
        case body
        /// The response of the handler, for as long as that takes.
        case response
        /// The client has to read the last response and close, by this moment.
        case closing(byNanoseconds: UInt64)
    }

    /// When something was last read or sent (``MonotonicClock``).
    var activeNanoseconds: UInt64
    /// When the first byte of an incomplete head was read.
    var headNanoseconds: UInt64?
    /// When the body is too slow.
    private var bodyNanoseconds: UInt64 = 0

    init(activeNanoseconds: UInt64) { self.activeNanoseconds = activeNanoseconds }

    /// A body begins to arrive, or goes on after the server has paused it.
    mutating func beginBody(limits: HTTPServer.Limits, nowNanoseconds now: UInt64) {
        bodyNanoseconds = now + Self.nanoseconds(limits.bodySeconds)
    }

    /// So many bytes of a body have arrived: they buy as much time as they may take at the slowest, and what is not
    /// used is not saved beyond ``HTTPServer/Limits/bodySeconds``.
    mutating func didReceiveBody(_ count: Int, limits: HTTPServer.Limits, nowNanoseconds now: UInt64) {
        let bought = UInt64(count) * 1_000_000_000 / UInt64(max(1, limits.bodyBytesPerSecond))
        bodyNanoseconds = min(bodyNanoseconds + bought, now + Self.nanoseconds(limits.bodySeconds))
    }

    /// The moment that closes the connection, as far as is known now.
    func deadline(of wait: Wait, limits: HTTPServer.Limits, nowNanoseconds now: UInt64) -> UInt64 {
        let idle = Self.nanoseconds(limits.idleTimeoutSeconds)
        switch wait {
        case .closing(let moment): return moment
        case .head: return (headNanoseconds ?? activeNanoseconds) + Self.nanoseconds(limits.headSeconds)
        case .body: return bodyNanoseconds
        case .response: return idle == 0 ? UInt64.max : now + idle
        case .request: return idle == 0 ? UInt64.max : activeNanoseconds + idle
        }
    }

    private static func nanoseconds(_ seconds: UInt32) -> UInt64 { UInt64(seconds) * 1_000_000_000 }
}
