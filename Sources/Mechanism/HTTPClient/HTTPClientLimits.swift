/// How long an exchange may take and how much may come back. Whatever the other server does, it ends.
public struct HTTPClientLimits: Hashable, Sendable {
    /// Until a connection is there, the name found and TLS agreed, in milliseconds.
    public var connectMilliseconds = 5_000
    /// The whole exchange, in milliseconds.
    public var totalMilliseconds = 60_000
    /// How long the exchange may be slower than ``stallBytesPerSecond``, in seconds: silence counts too.
    public var stallSeconds = 10
    /// The pace below which an exchange does not count as moving, in bytes per second.
    public var stallBytesPerSecond = 1_024
    /// The response's status line and headers together, in bytes.
    public var headBytes = 64 << 10
    /// The response's body, in bytes.
    public var bodyBytes = 1 << 20

    /// The defaults, which suit a small call of an API.
    public init() {}
}
