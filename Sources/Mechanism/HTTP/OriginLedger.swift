/// What those behind adopted connections hold at the moment: connections, and bytes of requests that are not answered.
///
/// An origin is a sandbox with code that nobody has read. Without bounds one of them takes every connection that the
/// server has, or fills its memory with bodies that never end. A pure value.
struct OriginLedger: Sendable {
    private struct Holding {
        var connections = 0
        var bodyBytes = 0
    }

    private let limits: HTTPServer.OriginLimits
    private var holdings: [UInt32: Holding] = [:]
    private var all = Holding()

    init(limits: HTTPServer.OriginLimits) { self.limits = limits }

    /// Counts a connection; `false`, and nothing counted, where the origin or all of them have enough.
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

    /// A connection that was counted is closed.
    mutating func close(_ origin: UInt32) {
        holdings[origin]?.connections -= 1
        if let held = holdings[origin]?.connections, held >= limits.guaranteedConnectionsPerOrigin {
            all.connections -= 1
        }
        // Everything that an origin holds is behind a connection of it: with the last one its entry can go.
        if holdings[origin]?.connections == 0 { all.bodyBytes -= holdings.removeValue(forKey: origin)?.bodyBytes ?? 0 }
    }

    /// Counts bytes of a body; `false`, and nothing counted, where there are too many.
    mutating func take(_ bytes: Int, _ origin: UInt32) -> Bool {
        guard let holding = holdings[origin], bytes <= limits.bodyBytesPerOrigin - holding.bodyBytes,
            bytes <= limits.totalBodyBytes - all.bodyBytes
        else { return false }
        all.bodyBytes += bytes
        holdings[origin]?.bodyBytes += bytes
        return true
    }

    /// Bytes that were counted are not kept any more.
    mutating func giveBack(_ bytes: Int, _ origin: UInt32) {
        guard holdings[origin] != nil else { return }
        all.bodyBytes -= bytes
        holdings[origin]?.bodyBytes -= bytes
    }
}
