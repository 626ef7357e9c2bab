internal import LinuxSystem
internal import Telemetry

/// What one environment has to say: lines for its log stream, the tail of an invocation's log, and documents for
/// subscribers of telemetry. Belongs to the thread that performs the environment's
/// actions.
struct EnvironmentLog: Sendable {
    private let stream: LogStream
    private let format: LogFormat
    private var splitter = LineSplitter()
    private var extensionSplitter = LineSplitter()
    private var tail = LogTail()
    /// Lines that are written together with the next ones: the file is written when the client has its answer, for
    /// many invocations at once.
    private var heldLines: [LogLine] = []
    /// About the memory of `heldLines`.
    private var heldBytes = 0
    /// Lines that were dropped since the last ones were handed on.
    private var droppedCount = 0
    /// Whether programs have printed what is held. That is not held for longer than until the answer is sent.
    private(set) var hasPrinted = false
    var telemetry = EnvironmentTelemetry()

    /// Lines are dropped beyond this many bytes. Lines are held for as long as the disk does not keep up; otherwise
    /// not more are held than two pipes can have at once, which are four megabytes where all lines are empty.
    static let heldBytesLimit = 8 << 20
    /// What a line takes beside its text.
    private static let lineBytes = 32

    init(stream: LogStream, format: LogFormat) {
        self.stream = stream
        self.format = format
    }

    /// The tail of the log of the present invocation.
    var tailBytes: [UInt8] { tail.bytes }

    /// Takes what programs have printed.
    mutating func take(_ bytes: [UInt8], from source: OutputSource, nowMilliseconds: Int64) {
        switch source {
        case .function: add(splitter.feed(bytes), from: .function, nowMilliseconds)
        case .extensions: add(extensionSplitter.feed(bytes), from: .extension, nowMilliseconds)
        }
    }

    /// Takes what was printed without a line break as a line.
    mutating func endLine(of source: OutputSource, nowMilliseconds: Int64) {
        switch source {
        case .function: add(splitter.flush(), from: .function, nowMilliseconds)
        case .extensions: add(extensionSplitter.flush(), from: .extension, nowMilliseconds)
        }
    }

    private mutating func add(_ lines: [String], from category: TelemetrySubscription.Category, _ milliseconds: Int64) {
        guard !lines.isEmpty else { return }
        hasPrinted = true
        for line in lines {
            hold(line, milliseconds)
            telemetry.publish(
                category,
                TelemetryDocument.make(
                    milliseconds: milliseconds, type: category.rawValue, line: line, isJSON: format != .text))
        }
    }

    /// Notes an event of the platform: in the log, as the function's log format has it, and for subscribers.
    mutating func note(_ event: PlatformEvent, nowMilliseconds: Int64) {
        switch format {
        case .text:
            if let line = event.line { hold(line, nowMilliseconds) }
        case .json(_, let system):
            if event.level >= system, event.isPublished(on: .telemetry) {
                hold(String(decoding: event.document(milliseconds: nowMilliseconds), as: UTF8.self), nowMilliseconds)
            }
        }
        guard telemetry.isWanted else { return }
        let interfaces: Set<TelemetryInterface> = [.telemetry, .logs]
        telemetry.publish(
            .platform, to: interfaces.filter { event.isPublished(on: $0) },
            event.document(milliseconds: nowMilliseconds))
    }

    private mutating func hold(_ line: String, _ milliseconds: Int64) {
        tail.append(line)
        let bytes = line.utf8.count + Self.lineBytes
        guard heldBytes + bytes <= Self.heldBytesLimit else {
            droppedCount += 1
            return
        }
        heldBytes += bytes
        heldLines.append(LogLine(milliseconds: milliseconds, text: line))
    }

    /// The next invocation's tail begins.
    mutating func resetTail() { tail = LogTail() }

    /// Hands the lines that were held back to the thread that writes logs.
    ///
    /// - Returns: `false` where too much waits for the disk: the lines are still held, to be flushed later.
    mutating func flush(by reactor: any Reactor) -> Bool {
        hasPrinted = false
        guard let last = heldLines.last else { return true }
        var lines = heldLines
        if droppedCount > 0 {
            let text = "Strata dropped \(droppedCount) lines of log here: the disk does not keep up."
            lines.append(LogLine(milliseconds: last.milliseconds, text: text))
        }
        guard reactor.submitLogging({ [stream, lines] in stream.append(lines) }) else { return false }
        (heldLines, heldBytes, droppedCount) = ([], 0, 0)
        return true
    }
}
