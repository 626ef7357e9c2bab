extension EventQueue {
    /// The limits of a queue.
    public struct Limits: Hashable, Sendable {
        /// Events in flight at most.
        public var inFlight = 256
        /// Events in flight of one group of targets at most.
        public var inFlightPerGroup = 64
        /// Bytes of events on the disk at most; beyond it events are refused and follow-up events are dropped.
        public var diskBytes = 16 << 30
        /// Bytes of events not yet written to the disk at most; beyond it events are refused.
        public var unwrittenBytes = 64 << 20

        /// The defaults.
        public init() {}
    }
}
