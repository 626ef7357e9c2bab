/// Limits of time and size of an exchange: it ends whatever the server does.
public struct HTTPClientLimits: Hashable, Sendable {
    /// Limit for name resolution, connecting and the TLS handshake together, in milliseconds.
    public var connectMilliseconds = 5_000
    /// Limit for the whole exchange, in milliseconds.
    public var totalMilliseconds = 60_000
    /// How long the exchange may be slower than ``stallBytesPerSecond``, in seconds; a silent server is slower.
    public var stallSeconds = 10
    /// The transfer rate below which an exchange counts as stalled, in bytes per second.
    public var stallBytesPerSecond = 1_024
    /// Limit for the response's status line and headers together, in bytes.
    public var headBytes = 64 << 10
    /// Limit for the response's body, in bytes.
    public var bodyBytes = 1 << 20

    /// The defaults, which suit a small API call.
    public init() {}
}
