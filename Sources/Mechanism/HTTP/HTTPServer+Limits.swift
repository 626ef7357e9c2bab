extension HTTPServer {
    /// Limits of a server; each has a reason.
    public struct Limits: Sendable {
        /// Threads that read, handle and write.
        public var threads: UInt32 = 2
        /// Connections of the server's own listener at once. Above the 1 000 invocations of an account. One more closes
        /// the oldest that waits for its client.
        public var clientConnections: UInt32 = 4096
        /// Limits of adopted connections whose origin's highest bit is clear.
        public var primaryOrigins = OriginLimits()
        /// Limits of adopted connections whose origin's highest bit is set: a second class of origins, counted apart
        /// from the first, so that neither can exhaust the other's share.
        public var secondaryOrigins = OriginLimits()
        /// How long a thread looks for work before it sleeps, in microseconds, where work seldom comes soon.
        public var shortestSpinMicroseconds: UInt32 = 60
        /// The same where work often comes soon: longer than a runtime takes to wake and to answer an event.
        public var longestSpinMicroseconds: UInt32 = 200
        /// A connection without traffic is closed after this long, in seconds; 0 keeps it. A parked request does not
        /// count as idle.
        public var idleTimeoutSeconds: UInt32 = 0
        /// How long a client may take for a request's head, in seconds: it is one packet or a few.
        public var headSeconds: UInt32 = 20
        /// How slow a client's body may be, in bytes per second: a tenth of the slowest networks that people have.
        public var bodyBytesPerSecond: UInt32 = 4_096
        /// How long a body may be slower than that, or pause, in seconds.
        public var bodySeconds: UInt32 = 30
        /// The longest head of a request, in bytes. Lambda's longest header, the client context, has 3 583.
        public var headBytes = 32 * 1024

        /// The defaults.
        public init() {}
    }

    /// Limits of one class of origins. An origin is a sandbox, whose code may want to harm the server or other
    /// sandboxes.
    public struct OriginLimits: Sendable {
        /// Connections of one origin at once. A function has 1 024 descriptors for everything, and an SDK's client
        /// keeps ten connections.
        public var connectionsPerOrigin = 256
        /// Connections that each origin may always have, however many the others hold: no origin can lock out another.
        public var guaranteedConnectionsPerOrigin = 8
        /// Connections of all origins together beyond their guaranteed ones. Clients of the server's own listener are
        /// counted separately.
        public var sharedConnections = 2048
        /// Bytes of unanswered requests of one origin: two of the largest that Lambda takes.
        public var bodyBytesPerOrigin = 160 << 20
        /// Bytes of unanswered requests of all origins: many origins together cannot fill the server's memory.
        public var totalBodyBytes = 512 << 20

        /// The defaults.
        public init() {}
    }
}
