/// What each origin of adopted connections uses: connections, and bytes of unanswered requests.
///
/// An origin is a sandbox with untrusted code. Without limits, one could take all connections of the server, or exhaust
/// its memory with endless bodies. A pure value.
struct OriginLedger: Sendable {
    /// What one origin, or all, use.
    private struct Holding {
        var connections = 0
        var bodyBytes = 0
    }

    private let limits: HTTPServer.OriginLimits
    private var holdings: [UInt32: Holding] = [:]
    private var all = Holding()

    init(limits: HTTPServer.OriginLimits) { self.limits = limits }

    /// Counts a connection; `false`, without counting it, when the origin or all origins together are at their limit.
    mutating func open(_ origin: UInt32) -> Bool {
        let held = holdings[origin]?.connections ?? 0
        let isShared = held >= limits.guaranteedConnectionsPerOrigin
        guard held < limits.connectionsPerOrigin, !isShared || all.connections < limits.sharedConnections else {
            return false
        }
        if isShared { all.connections += 1 }
        holdings[origin, default: Holding()].connections += 1
        return true
    }

    /// Releases a counted connection.
    mutating func close(_ origin: UInt32) {
        holdings[origin]?.connections -= 1
        if let held = holdings[origin]?.connections, held >= limits.guaranteedConnectionsPerOrigin {
            all.connections -= 1
        }
        // All that an origin holds belongs to one of its connections: with the last one its entry is removed.
        if holdings[origin]?.connections == 0 { all.bodyBytes -= holdings.removeValue(forKey: origin)?.bodyBytes ?? 0 }
    }

    /// Counts bytes of a body; `false`, without counting them, when they exceed a limit.
    mutating func reserve(_ bytes: Int, _ origin: UInt32) -> Bool {
        guard let holding = holdings[origin], bytes <= limits.bodyBytesPerOrigin - holding.bodyBytes,
            bytes <= limits.totalBodyBytes - all.bodyBytes
        else { return false }
        all.bodyBytes += bytes
        holdings[origin]?.bodyBytes += bytes
        return true
    }

    /// Releases counted bytes.
    mutating func release(_ bytes: Int, _ origin: UInt32) {
        guard holdings[origin] != nil else { return }
        all.bodyBytes -= bytes
        holdings[origin]?.bodyBytes -= bytes
    }
}
