/// How far somebody has read a function's log.
public struct LogCursor: Hashable, Sendable {
    /// Only what was logged from then on is of interest, in milliseconds since 1970.
    public var sinceMilliseconds: Int64
    /// How many bytes of each file were read, by the file's number: a file keeps it when its stream outgrows it.
    public var offsets: [UInt64: Int]

    /// Begins to read.
    public init(sinceMilliseconds: Int64 = 0, offsets: [UInt64: Int] = [:]) {
        self.sinceMilliseconds = sinceMilliseconds
        self.offsets = offsets
    }
}

/// Something that was logged: a line, with those that belong to it.
public struct LogEvent: Hashable, Sendable {
    /// When, in milliseconds since 1970.
    public var milliseconds: Int64
    /// The stream, such as `2026/01/31/[$LATEST]0123456789abcdef0123456789abcdef`.
    public var stream: String
    /// The text, as it stands in the file: what follows a carriage return is on a line of its own, behind a tab.
    public var text: String
}

/// A part of a function's log, in the order of time.
public struct LogPage: Hashable, Sendable {
    /// What was logged.
    public var events: [LogEvent]
    /// Where the next page begins.
    public var cursor: LogCursor
    /// Whether there is more already.
    public var hasMore: Bool

    /// Describes a part.
    public init(events: [LogEvent], cursor: LogCursor, hasMore: Bool) {
        self.events = events
        self.cursor = cursor
        self.hasMore = hasMore
    }
}
