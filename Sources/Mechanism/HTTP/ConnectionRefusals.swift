internal import LinuxSystem

/// An episode in which a server refuses connections, or closes idle ones for new ones, because it has as many as its
/// limits allow.
public enum ConnectionRefusal: Hashable, Sendable {
    /// The connections whose limit it is.
    public enum Peer: String, Hashable, Sendable {
        /// Those of the server's own listener (``HTTPServer/Limits/clientConnections``).
        case client
        /// Those that were adopted, of one origin or of all (``HTTPServer/OriginLimits``).
        case origin
    }

    /// It begins: a connection was refused, or took another one's place.
    case began(Peer)
    /// A connection was accepted a minute after the last refusal. So many were affected in all.
    case ended(Peer, count: Int)
}

/// Tells of the connections that a server refuses.
struct ConnectionRefusals: Sendable {
    private let clients = FailureEpisode(quietSeconds: quietSeconds)
    private let origins = FailureEpisode(quietSeconds: quietSeconds)
    private let report: @Sendable (ConnectionRefusal) -> Void

    /// A peer that is at its limit may be refused a thousand times a second, and gets a connection now and then.
    private static let quietSeconds: UInt64 = 60

    init(report: @escaping @Sendable (ConnectionRefusal) -> Void) { self.report = report }

    /// A connection was accepted, or was refused or took another one's place.
    func note(_ peer: ConnectionRefusal.Peer, isAccepted: Bool) {
        let episode = peer == .client ? clients : origins
        if !isAccepted {
            if episode.didFail() { report(.began(peer)) }
        } else if let count = episode.didSucceed() {
            report(.ended(peer, count: count))
        }
    }
}
