/// The position of a reader in a function's log.
public struct LogCursor: Hashable, Sendable {
    /// Only events from this time on are read, in milliseconds since 1970.
    public var sinceMilliseconds: Int64
    /// How many bytes of each file were read, by inode, which a file keeps when it is rotated.
    public var offsets: [UInt64: Int]

    /// Makes a position; the log's start by default.
    public init(sinceMilliseconds: Int64 = 0, offsets: [UInt64: Int] = [:]) {
        self.sinceMilliseconds = sinceMilliseconds
        self.offsets = offsets
    }
}

/// An event of a log: a line with its continuation lines.
public struct LogEvent: Hashable, Sendable {
    /// Its time, in milliseconds since 1970.
    public var milliseconds: Int64
    /// The stream, such as `2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef`.
    public var stream: String
    /// The text as in the file: text after a carriage return is on a line of its own, after a tab.
    public var text: String
}

/// A page of a function's log, in the order of time.
public struct LogPage: Hashable, Sendable {
    /// The events.
    public var events: [LogEvent]
    /// The position after this page.
    public var cursor: LogCursor
    /// Whether the log has more events now.
    public var hasMore: Bool

    /// Describes a page.
    public init(events: [LogEvent], cursor: LogCursor, hasMore: Bool) {
        self.events = events
        self.cursor = cursor
        self.hasMore = hasMore
    }
}
