extension EventQueue {
    /// The limits of a queue.
    public struct Limits: Hashable, Sendable {
        /// Events in flight at most.
        public var inFlight = 256
        /// Events in flight of one group of targets at most.
        public var inFlightPerGroup = 64
        /// Bytes of events on the disk at most; where an event could exceed it, it is refused, and a follow-up event is
        /// dropped. The outcome of an attempt is written all the same.
        public var diskBytes = 16 << 30
        /// The same for the targets of one group: an account.
        public var diskBytesPerGroup = 4 << 30
        /// The same for one target: a function.
        public var diskBytesPerTarget = 2 << 30
        /// Bytes of events not yet written to the disk at most; beyond it events are refused.
        public var unwrittenBytes = 64 << 20

        /// The defaults.
        public init() {}
    }
}
