/// How severe a message of the server's log is.
public enum LogLevel: String, Sendable, Hashable, CaseIterable, Comparable {
    /// A request failed, or work was lost, because of the server or its host.
    case error
    /// Something may become a failure: a slow call, a retry, a full queue, lost log lines.
    case warning
    /// What the server does: start, stop, collected garbage, refused signatures.
    case info
    /// Details of single requests, such as every error that a client caused.
    case debug

    private var rank: Int {
        switch self {
        case .error: 0
        case .warning: 1
        case .info: 2
        case .debug: 3
        }
    }

    /// Orders levels from the most to the least severe.
    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }
}

/// The format of log lines.
public enum LogLineFormat: String, Sendable, Hashable, CaseIterable {
    /// `2026-01-31T23:59:59.123Z WARNING gateway: A call was slow seconds=4.2 operation=lambda:CreateFunction`.
    case text
    /// One JSON object per line. The first members are `time`, `level`, `component` and `message`; fields follow.
    case json
}

/// The value of a field of a log line.
package enum LogValue: Hashable, Sendable, ExpressibleByStringLiteral {
    /// Any text; it is escaped and cut when it is written.
    case text(String)
    /// A whole number.
    case integer(Int)
    /// A number with a fraction, such as a duration in seconds.
    case number(Double)
    /// Yes or no.
    case flag(Bool)

    /// A constant text.
    package init(stringLiteral text: String) { self = .text(text) }
}
