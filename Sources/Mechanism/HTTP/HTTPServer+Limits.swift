extension HTTPServer {
    /// Limits of a server; each has a reason.
    public struct Limits: Sendable {
        /// Threads that read, handle and write.
        public var threads: UInt32 = 2
        /// Connections of the server's own listener at once. Above the 1 000 invocations of an account.
        public var connections: UInt32 = 4096
        /// What those behind adopted connections may hold.
        public var origins = OriginLimits()
        /// The same of those whose origin has its highest bit set: a second kind of connections, with limits of its
        /// own.
        public var highOrigins = OriginLimits()
        /// How long a thread looks for more work before it sleeps, in microseconds: about as long as a runtime that was
        /// just given its event takes to answer.
        public var spinMicroseconds: UInt32 = 60
        /// A connection without traffic is closed after this long, in seconds; 0 keeps it. A parked request does not
        /// count as idle.
        public var idleTimeoutSeconds: UInt32 = 0
        /// Memory for the headers of one connection, in bytes. Lambda's longest header, the client context, has 3 583.
        public var connectionMemoryBytes = 32 * 1024

        /// The defaults.
        public init() {}

        /// More origins than there are at once: sandboxes of a thousand executions, and some that end.
        private static let mostOrigins = 2_048

        /// libmicrohttpd's own limit for a thread is never to be met: 0.9.75 locks up when a thread that is handed a
        /// connection has as many already.
        var connectionsOfOneThread: UInt32 {
            let adopted = [origins, highOrigins].reduce(0) {
                $0 + $1.connections + $1.connectionsOfEach * Self.mostOrigins
            }
            // Each thread may let in one client more than there may be, for they look before they count.
            return connections + UInt32(clamping: adopted) + threads
        }
    }

    /// Limits of those behind adopted connections, each a sandbox that may want to harm the server or the others.
    public struct OriginLimits: Sendable {
        /// Connections of one origin at once. A function has 1 024 descriptors for everything, and an SDK's client
        /// keeps ten connections.
        public var connectionsOfOne = 256
        /// Connections that every origin may have however many the others hold: the others cannot lock it out.
        public var connectionsOfEach = 8
        /// Connections of all origins at once, without those; clients of the server's own listener have theirs beside
        /// them.
        public var connections = 2048
        /// Bytes of unanswered requests of one origin: two of the largest that Lambda takes.
        public var bodyBytesOfOne = 160 << 20
        /// The same of all origins, so that many of them together cannot fill the server's memory either.
        public var bodyBytes = 512 << 20

        /// The defaults.
        public init() {}
    }
}
