internal import Glibc

/// The network address of a client: that of its host, or of its network where that is as easily had as an address.
struct PeerAddress: Hashable, Sendable {
    private let bits: UInt64

    /// The address of a connection's peer; `nil` for this host, whose clients have the same address.
    init?(of connection: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(connection, $0, &length) }
        }
        guard status == 0 else { return nil }
        let bytes = withUnsafeBytes(of: storage) { Array($0) }
        // After the family and the port; version 6 has its flow before the address (ip(7), ipv6(7)).
        switch Int32(storage.ss_family) {
        case AF_INET: self.init(Array(bytes[4..<8]))
        case AF_INET6: self.init(Array(bytes[8..<24]))
        default: return nil
        }
    }

    /// An address in network order: 4 or 16 bytes. `nil` for one of this host.
    init?(_ address: [UInt8]) {
        let isMapped = address.count == 16 && address[..<10].allSatisfy { $0 == 0 } && address[10..<12] == [255, 255]
        let address = isMapped ? Array(address[12...]) : address
        guard address.count == 16 else {
            guard address.count == 4, address[0] != 127 else { return nil }
            bits = address.reduce(0) { $0 << 8 | UInt64($1) }
            return
        }
        guard address != [UInt8](repeating: 0, count: 15) + [1] else { return nil }
        // A network of version 6 has 64 bits: a host there may use every address in it (RFC 4291, section 2.5.4).
        bits = address[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
