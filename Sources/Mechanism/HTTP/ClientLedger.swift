/// The connections of a server's own clients, by their addresses. A pure value.
///
/// An address may have one more while it has fewer than are free, so that none takes more than half. Clients of this
/// host share one address, and only the limit of all holds for them.
struct ClientLedger: Sendable {
    /// What became of a connection that was to be counted.
    enum Verdict: Hashable {
        case admitted
        /// There are as many as there may be.
        case full
        /// Its address has its share.
        case addressIsFull
    }

    private let limit: Int
    private(set) var count = 0
    private var byAddress: [PeerAddress: Int] = [:]

    /// Connections that an address may have in any case: an SDK's pool.
    private static let alwaysPerAddress = 16

    init(limit: Int) { self.limit = limit }

    /// Counts a connection, where it is admitted.
    mutating func open(_ address: PeerAddress?) -> Verdict {
        guard count < limit else { return .full }
        if let address {
            let held = byAddress[address] ?? 0
            guard held < max(Self.alwaysPerAddress, limit - count) else { return .addressIsFull }
            byAddress[address] = held + 1
        }
        count += 1
        return .admitted
    }

    /// Releases a counted connection.
    mutating func close(_ address: PeerAddress?) {
        count -= 1
        guard let address, let held = byAddress[address] else { return }
        byAddress[address] = held > 1 ? held - 1 : nil
    }
}
