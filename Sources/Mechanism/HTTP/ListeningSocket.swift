internal import Glibc
public import LinuxSystem

/// A non-blocking TCP socket that listens on one address of this host.
public struct ListeningSocket: ~Copyable, Sendable {
    /// The socket; ``takeDescriptor()`` passes it to an ``HTTPServer``.
    public let descriptor: FileDescriptor
    /// The port; chosen by the kernel when 0 was requested.
    public let port: UInt16

    /// Binds and listens.
    ///
    /// - Parameters:
    ///   - host: a numeric IPv4 or IPv6 address, or `localhost`.
    ///   - port: a port, or 0 for any free one.
    /// - Throws: `EADDRINUSE` when another program uses the port, `EINVAL` for a host that is not an address.
    public init(host: String, port: UInt16) throws(SystemCallError) {
        let isSix = host.contains(":")
        let descriptor = FileDescriptor(
            owning: socket(isSix ? AF_INET6 : AF_INET, Self.kind, 0))
        guard descriptor.rawValue >= 0 else { throw SystemCallError("socket") }
        var on: Int32 = 1
        // A server that was just stopped leaves connections in TIME_WAIT, which must not prevent its restart.
        setsockopt(descriptor.rawValue, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        let address = host == "localhost" ? "127.0.0.1" : host
        let bound =
            isSix
            ? try Self.bindSix(descriptor.rawValue, address, port)
            : try Self.bindFour(descriptor.rawValue, address, port)
        guard listen(descriptor.rawValue, 4096) == 0 else { throw SystemCallError("listen \(host):\(port)") }
        self.descriptor = descriptor
        self.port = bound
    }

    /// Gives up ownership of the socket; the server that gets it closes it.
    public consuming func takeDescriptor() -> Int32 {
        descriptor.release()
    }

    private static let kind =
        Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

    private static func bindFour(_ socket: Int32, _ host: String, _ port: UInt16) throws(SystemCallError) -> UInt16 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else {
            throw SystemCallError("bind \(host)", errno: EINVAL)
        }
        try bind(socket, &address, "\(host):\(port)")
        return UInt16(bigEndian: address.sin_port)
    }

    private static func bindSix(_ socket: Int32, _ host: String, _ port: UInt16) throws(SystemCallError) -> UInt16 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        guard inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else {
            throw SystemCallError("bind \(host)", errno: EINVAL)
        }
        try bind(socket, &address, "[\(host)]:\(port)")
        return UInt16(bigEndian: address.sin6_port)
    }

    /// Binds, and reads back the address that the kernel assigned.
    private static func bind<Address>(
        _ socket: Int32, _ address: inout Address, _ name: String
    ) throws(SystemCallError) {
        var length = socklen_t(MemoryLayout<Address>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Glibc.bind(socket, generic, length) == 0 ? getsockname(socket, generic, &length) : -1
            }
        }
        guard status == 0 else { throw SystemCallError("bind \(name)") }
    }
}

/// Closes a descriptor that the server owns.
func closeDescriptor(_ descriptor: Int32) {
    _ = FileDescriptor(owning: descriptor)
}
