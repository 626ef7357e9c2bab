/// Buffers events for batches. A pure value.
public struct TelemetryBuffer: Sendable {
    private var events: [[UInt8]] = []
    private var bytes = 0
    private var droppedRecords = 0
    private var droppedBytes = 0
    private let maxItems: Int
    private let maxBytes: Int

    /// How many batches may wait for a slow subscriber. Further events are dropped and counted.
    static let batchLimit = 4

    /// Makes a buffer with the limits of a subscription.
    public init(_ subscription: TelemetrySubscription) {
        maxItems = subscription.maxItems
        maxBytes = subscription.maxBytes
    }

    /// Whether no events wait.
    public var isEmpty: Bool { events.isEmpty }

    /// Whether a batch is full.
    public var isFull: Bool { events.count >= maxItems || bytes >= maxBytes }

    /// Adds an event.
    ///
    /// - Returns: whether it is the first that waits, for which the caller sets a timer.
    public mutating func append(_ event: [UInt8]) -> Bool {
        guard bytes + event.count <= maxBytes * Self.batchLimit else {
            drop(records: 1, bytes: event.count)
            return false
        }
        events.append(event)
        bytes += event.count
        return events.count == 1
    }

    /// Counts events that were taken and could not be delivered.
    public mutating func drop(records: Int, bytes: Int) {
        droppedRecords += records
        droppedBytes += bytes
    }

    /// Takes a batch: as many events as its limits permit, at least one.
    public mutating func takeBatch() -> [[UInt8]] {
        var count = 0
        var size = 0
        while count < min(events.count, maxItems), count == 0 || size + events[count].count <= maxBytes {
            size += events[count].count
            count += 1
        }
        defer { events.removeFirst(count) }
        bytes -= size
        return Array(events[..<count])
    }

    /// An event that reports what was dropped since the last call; `nil` when nothing was.
    public mutating func takeDroppedEvent(reason: String) -> PlatformEvent? {
        guard droppedRecords > 0 else { return nil }
        defer { (droppedRecords, droppedBytes) = (0, 0) }
        return .logsDropped(records: droppedRecords, bytes: droppedBytes, reason: reason)
    }
}
