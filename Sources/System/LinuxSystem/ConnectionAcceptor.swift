internal import CLinux
internal import Glibc

/// Accepts connections on listening sockets.
public enum ConnectionAcceptor {
    /// Accepts one connection from a non-blocking listener; `nil` when none is pending. The caller owns the descriptor,
    /// which is non-blocking and close-on-exec and sends small responses at once (tcp(7), TCP_NODELAY).
    public static func accept(_ listener: Int32) -> Int32? {
        let connection = clinux_accept(listener)
        guard connection >= 0 else { return nil }
        var on: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return connection
    }
}
