/// When a connection is closed for lack of traffic. A pure value.
struct ConnectionClock {
    /// What a connection waits for.
    enum Wait {
        /// The next request.
        case request
        /// The rest of a head, or more of a body, of a client. A runtime may take its time with a streamed response.
        case arrival
        /// The response of the handler, for as long as that takes.
        case response
        /// The client has to read the last response and close, by this moment.
        case closing(byNanoseconds: UInt64)
    }

    /// When something was last read or sent (``MonotonicClock``).
    var activeNanoseconds: UInt64
    /// When the first byte of an incomplete head was read.
    var headNanoseconds: UInt64?

    /// The moment that closes the connection, as far as is known now.
    func deadline(of wait: Wait, limits: HTTPServer.Limits, nowNanoseconds now: UInt64) -> UInt64 {
        let idle = UInt64(limits.idleTimeoutSeconds) * 1_000_000_000
        switch wait {
        case .closing(let moment): return moment
        case .arrival: return (headNanoseconds ?? activeNanoseconds) + UInt64(limits.arrivalSeconds) * 1_000_000_000
        case .response: return idle == 0 ? UInt64.max : now + idle
        case .request: return idle == 0 ? UInt64.max : activeNanoseconds + idle
        }
    }
}
