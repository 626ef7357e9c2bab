internal import AWSProtocol
internal import Glibc
internal import LinuxSystem

/// `strata logs`: a function's log lines with START, END and REPORT, merged over all its environments.
enum LogsCommand {
    static let follow = Flag("follow", help: "Keep printing new lines until Ctrl-C.")
    static let since = Option(
        "since", "WHEN", .optional(otherwise: "everything"),
        help: "Only lines since then: an age such as 90s, 10m, 2h or 7d, or a time such as 2026-01-31T09:30:00Z."
    ) { (text) throws(ValueError) -> LogStart in
        guard let start = LogStart(text) else {
            throw ValueError(expectation: "an age such as 10m or 2h, or a time such as 2026-01-31T09:30:00Z")
        }
        return start
    }
    static let requestID = Option(
        "request-id", "ID", .optional(otherwise: "all"), help: "Only the lines of this invocation.")
    static let text = Option(
        "grep", "TEXT", .optional(),
        help: "Only lines with this text, as it is: letter case counts, nothing is special.")
    static let lines = Option(
        "lines", "NUMBER", .optional(otherwise: "all"), help: "Only the last so many of these lines."
    ) { (text) throws(ValueError) -> Int in
        guard let number = Int(text), number > 0 else { throw ValueError(expectation: "a number from 1 on") }
        return number
    }
    static let json = Flag("json", help: "Print JSON, one log event per line.")

    static let command = Command(
        name: "logs",
        summary: "Print a function's log.",
        details: """
            NAME is a function's name or ARN; the logs of a deleted function are kept.
            Lines of all environments are merged in order of time, each with its timestamp. What an invocation has
            logged is there as soon as its response is. The ID is in a response's x-amzn-RequestId and in START lines.
            """,
        options: [
            follow.description, since.description, requestID.description, text.description, lines.description,
            json.description,
        ] + ServerConnection.options,
        operand: "NAME",
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            let start = try arguments.optionalValue(of: since)
            let milliseconds = start?.milliseconds(nowMilliseconds: WallClock.nowMilliseconds()) ?? 0
            var cursor = AWSValue.structure(["since": .integer(max(0, milliseconds))])
            let function = arguments.operands[0]
            var filter = LogFilter(
                text: try arguments.optionalValue(of: text), requestID: try arguments.optionalValue(of: requestID))
            var last = LastLines(limit: try arguments.optionalValue(of: lines))
            var isFirst = true
            let hints = ImportHints(arguments, console, server)
            while true {
                let request = AWSValue.structure(["function": .string(function), "cursor": cursor])
                let page = try server.document("POST", "/_strata/logs", body: JSON.encode(request))
                if isFirst, page["hasLog"] == .boolean(false) {
                    console.report(
                        "\(function) has no log yet: it was not invoked. Invoke it with: strata invoke \(function)")
                }
                isFirst = false
                for event in page.values("events")
                where filter.takes(event.text("message"), stream: event.text("stream")) {
                    last.add(event)
                }
                cursor = page["cursor"] ?? cursor
                let hasMore = page.isTrue("hasMore")
                for event in last.take(isEnd: !hasMore) {
                    print(event, asJSON: arguments[json], console)
                    let message = event.text("message")
                    if !arguments[json], message.contains("[ERROR]") {
                        hints.explain(message, of: function, qualifier: nil)
                    }
                }
                if hasMore { continue }
                guard arguments[follow] else { return 0 }
                if console.awaitReaderClose(pollMilliseconds) { return exitOnClosedReader() }
            }
        })

    /// The polling interval of `--follow`: short enough to seem immediate.
    private static let pollMilliseconds: Int32 = 250

    /// Ends the command by SIGPIPE as soon as its reader closes the pipe, not only at the next line. Returns 0 where
    /// the signal is ignored.
    private static func exitOnClosedReader() -> Int32 {
        raise(SIGPIPE)
        return 0
    }

    private static func print(_ event: AWSValue, asJSON: Bool, _ console: Console) {
        if asJSON { return console.print(json: event) }
        let message = console.sanitized(event.text("message"))
        let isError = ["[ERROR]", "Task timed out", "Status: error", "Status: timeout"].contains(
            where: message.contains)
        console.print("\(event.text("time")) \(isError ? console.style.red(message) : message)")
    }
}

/// The lines that are to be printed: of those that there are at first, the last ones alone. A pure value.
struct LastLines: Sendable {
    /// How many; `nil` for all, and once the first ones were printed.
    private var limit: Int?
    private var events: [AWSValue] = []

    /// - Parameter limit: how many of the first ones are printed; `nil` for all.
    init(limit: Int?) { self.limit = limit }

    mutating func add(_ event: AWSValue) {
        events.append(event)
        // Twice as many, so that a line of a long log costs the same as one of a short one.
        if let limit, events.count / 2 >= limit { events.removeFirst(events.count - limit) }
    }

    /// Takes what can be printed.
    ///
    /// - Parameter isEnd: whether no more lines are there at present.
    mutating func take(isEnd: Bool) -> ArraySlice<AWSValue> {
        guard isEnd || limit == nil else { return [] }
        defer { (events, limit) = ([], nil) }
        return events.suffix(limit ?? .max)
    }
}

/// The value of `--since`: an age, or a date and time.
enum LogStart: Hashable, Sendable {
    case ago(seconds: Int64)
    case at(milliseconds: Int64)

    /// Parses `90s`, `10m`, `2h`, `7d` or an RFC 3339 date and time; `nil` for anything else.
    init?(_ text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), text.dropLast().utf8.allSatisfy({ (48...57).contains($0) }) {
            guard let count = Int64(text.dropLast()), count <= 1_000_000_000 else { return nil }
            self = .ago(seconds: count * unit)
        } else if text.contains("T"), let time = Timestamp(parsing: text) {
            self = .at(milliseconds: Int64((time.secondsSinceEpoch * 1_000).rounded()))
        } else {
            return nil
        }
    }

    /// Milliseconds since 1970.
    func milliseconds(nowMilliseconds: Int64) -> Int64 {
        switch self {
        case .ago(let seconds): nowMilliseconds - seconds * 1_000
        case .at(let milliseconds): milliseconds
        }
    }
}
