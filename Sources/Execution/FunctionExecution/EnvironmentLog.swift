internal import Glibc
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
    /// Whether the log is to say why the function finds no other host, when that happens.
    private var explainsNetwork: Bool
    /// System calls that were refused and that the log has not named.
    private var refusedCalls: [String] = []
    /// Whether programs have said that they were refused a call: the report of it may come a moment later.
    private var showsRefusedCall = false
    var telemetry = EnvironmentTelemetry()

    /// Lines are dropped beyond this many bytes, when the disk does not keep up and as many wait for it already.
    /// Otherwise no more are held than two pipes can have at once: two megabytes, where each line is a letter.
    static let heldBytesLimit = LogStream.waitingBytesLimit
    /// What a line takes beside its text.
    private static let lineBytes = 32

    /// - Parameter hasNetwork: whether the environment reaches other hosts; where not, the log explains it.
    init(stream: LogStream, format: LogFormat, hasNetwork: Bool) {
        self.stream = stream
        self.format = format
        explainsNetwork = !hasNetwork
    }

    /// The tail of the log of the present invocation.
    var tailBytes: [UInt8] { tail.bytes }

    /// Takes what programs have printed.
    mutating func take(_ bytes: [UInt8], from source: OutputSource, nowMilliseconds: Int64) {
        switch source {
        case .function: add(splitter.feed(bytes), from: .function, nowMilliseconds)
        case .extensions: add(extensionSplitter.feed(bytes), from: .extension, nowMilliseconds)
        }
        if explainsNetwork, Self.showsMissingNetwork(bytes) {
            explainsNetwork = false
            hasPrinted = true
            hold(Self.networkExplanation, nowMilliseconds)
        }
        showsRefusedCall = showsRefusedCall || Self.showsRefusedCall(bytes)
        if showsRefusedCall { explainRefusedCalls(nowMilliseconds: nowMilliseconds) }
    }

    /// Remembers a system call that was refused, until the log has reason to name it: many programs try one and do
    /// without it. One that was performed is named at once.
    mutating func noteRefusedCall(_ call: String, isPerformed: Bool, nowMilliseconds: Int64) {
        guard isPerformed else {
            refusedCalls.append(call)
            if showsRefusedCall { explainRefusedCalls(nowMilliseconds: nowMilliseconds) }
            return
        }
        hasPrinted = true
        hold("Strata: performed \(call), which functions may not call without --seccomp log.", nowMilliseconds)
    }

    /// Names the system calls that were refused, once.
    mutating func explainRefusedCalls(nowMilliseconds: Int64) {
        guard !refusedCalls.isEmpty else { return }
        hasPrinted = true
        hold(
            "Strata: refused to this program: \(refusedCalls.joined(separator: ", ")). To find out whether it needs "
                + "them, start the server with: strata start --seccomp log", nowMilliseconds)
        refusedCalls = []
        showsRefusedCall = false
    }

    /// Whether programs say that they were refused a call: in the words of strerror(3), or by the name of the error.
    private static func showsRefusedCall(_ bytes: [UInt8]) -> Bool {
        shows(["Operation not permitted", "Function not implemented", "EPERM", "ENOSYS"], bytes)
    }

    /// Whether programs say that they cannot resolve a name: in the words of getaddrinfo(3), or as Node.js names it.
    private static func showsMissingNetwork(_ bytes: [UInt8]) -> Bool {
        shows(["Temporary failure in name resolution", "getaddrinfo EAI_AGAIN"], bytes)
    }

    private static func shows(_ words: [String], _ bytes: [UInt8]) -> Bool {
        (bytes + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                guard let text = text.baseAddress else { return false }
                return words.contains { strstr(text, $0) != nil }
            }
        }
    }

    private static let networkExplanation =
        "Strata: functions reach no other host, because their network is isolated. For functions that need the "
        + "network, start the server with: strata start --function-network host"

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
        for line in lines { hold(line, milliseconds) }
        guard telemetry.isWanted else { return }
        let head = TelemetryDocument.head(milliseconds: milliseconds, type: category.rawValue)
        for line in lines {
            telemetry.publish(category, TelemetryDocument.make(head: head, line: line, isJSON: format != .text))
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
        // CloudWatch Logs has no event without text.
        guard line.utf8.contains(where: { $0 > UInt8(ascii: " ") }) else { return }
        let bytes = line.utf8.count + Self.lineBytes
        guard heldBytes + bytes <= Self.heldBytesLimit else {
            droppedCount += 1
            return
        }
        heldBytes += bytes
        heldLines.append(LogLine(milliseconds: milliseconds, text: line))
    }

    /// The tail begins.
    mutating func resetTail() { tail = LogTail() }

    /// Hands the lines that were held back to the thread that writes logs.
    ///
    /// - Returns: `false` where too much waits for the disk: the lines are still held, to be flushed later.
    mutating func flush(by reactor: any Reactor) -> Bool {
        hasPrinted = false
        guard let last = heldLines.last else { return true }
        guard stream.hasRoom(forBytes: heldBytes) else { return false }
        var lines = heldLines
        if droppedCount > 0 {
            let text = "Strata dropped \(droppedCount) lines of log here: the disk does not keep up."
            lines.append(LogLine(milliseconds: last.milliseconds, text: text))
        }
        guard stream.append(lines, bytes: heldBytes, by: reactor.submitLogging) else { return false }
        (heldLines, heldBytes, droppedCount) = ([], 0, 0)
        return true
    }
}
