package import LinuxSystem
internal import Synchronization

/// Formats and writes the lines of the server's log, on a thread of its own.
///
/// Bounded buffer: an event that finds it full is dropped and counted, so that a slow reader of the log never delays a
/// request. The number of dropped events is logged as soon as a line can be written.
package final class LogWriter: Sendable {
    /// The least severe level that is written.
    let level: LogLevel
    private let formatter: LogFormatter
    private let now: @Sendable () -> Int64
    private let write: @Sendable ([UInt8]) -> Bool
    private let queue: WorkQueue
    private let dropped = Atomic<Int>(0)

    /// Events that may wait; of the longest lines, these are eight megabytes.
    package static let capacity = 1_024

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - level: the least severe level that is written.
    ///   - isColored: whether levels are coloured, in the text format.
    ///   - now: the time in milliseconds since 1970-01-01 00:00 UTC.
    ///   - write: writes a whole line, on the writer's thread; returns whether it was written.
    package init(
        level: LogLevel, format: LogLineFormat, isColored: Bool = false, capacity: Int = LogWriter.capacity,
        now: @escaping @Sendable () -> Int64, write: @escaping @Sendable ([UInt8]) -> Bool
    ) throws(SystemCallError) {
        self.level = level
        formatter = LogFormatter(format: format, isColored: isColored)
        self.now = now
        self.write = write
        queue = try WorkQueue(name: "log", threadCount: 1, capacity: capacity)
    }

    /// Adds an event. Does not block.
    func submit(
        _ level: LogLevel, _ component: String, _ message: StaticString, _ fields: [(name: String, value: LogValue)]
    ) {
        let event = LogEvent(
            timeMilliseconds: now(), level: level, component: component, message: message, fields: fields)
        submit { formatter in formatter.line(event) }
    }

    /// Adds the line of a call, at every level. Does not block.
    func submit(_ call: AnsweredCall) {
        let moment = now()
        submit { formatter in formatter.line(call, timeMilliseconds: moment) }
    }

    private func submit(_ line: @escaping @Sendable (LogFormatter) -> [UInt8]) {
        let isAccepted = queue.submit { [self] in
            if !write(line(formatter)) { dropped.add(1, ordering: .relaxed) } else { reportDropped() }
        }
        if !isAccepted { dropped.add(1, ordering: .relaxed) }
    }

    /// Writes the events that wait, and ends the thread. Later events are dropped.
    package func close() {
        queue.close()
        reportDropped()
    }

    private func reportDropped() {
        let count = dropped.exchange(0, ordering: .relaxed)
        guard count > 0 else { return }
        let event = LogEvent(
            timeMilliseconds: now(), level: .warning, component: "log",
            message: "Messages were dropped because the log could not be written fast enough",
            fields: [("count", .integer(count))])
        if !write(formatter.line(event)) { dropped.add(count, ordering: .relaxed) }
    }
}
