internal import Domain
internal import AWSProtocol
internal import LinuxSystem

/// `strata events list|retry|purge`: queued asynchronous invocations and messages to destinations.
enum EventsCommand {
    static let command = Command(
        name: "events", summary: "List, retry and purge queued asynchronous events.",
        subcommands: [list, retry, purge])

    static let function = Option(
        "function", "NAME", .optional(),
        help: "Only events of this function, its versions and aliases, and messages to its destinations.")
    static let id = Option("id", "ID", .optional(), help: "Only the event with this number or request ID.") {
        (text) throws(ValueError) -> EventID in
        guard let id = EventID(text) else {
            throw ValueError(expectation: "an event number or a request ID")
        }
        return id
    }
    static let all = Flag("all", help: "All events of the account and region.")
    static let json = Flag("json", help: "Print JSON, one document per line.")

    static let list = Command(
        name: "list",
        summary: "List queued events with state, reason and next attempt.",
        options: [
            function.description, id.description, json.description,
        ] + ServerConnection.options,
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            let selection = try selection(arguments)
            var table = TextTable([
                "ID", "REQUEST ID", "TARGET", "SOURCE", "STATE", "AGE", "ATTEMPTS", "NEXT ATTEMPT", "REASON",
            ])
            var next: Int? = 0
            var isEmpty = true
            while let after = next {
                let query = selection + [("limit", "500")] + (after > 0 ? [("after", "\(after)")] : [])
                let page = try server.document("GET", "/_strata/events", query: query)
                for event in page.values("events") {
                    isEmpty = false
                    if arguments[json] {
                        console.print(json: event)
                    } else {
                        table.add(row(event, nowMilliseconds: WallClock.nowMilliseconds()))
                    }
                }
                // Print each page as it arrives: a queue can be long.
                for line in table.takeLines(console.style) { console.print(line) }
                next = page["next"] == nil ? nil : Int(page.number("next"))
            }
            if isEmpty { try reportNoMatch(arguments, console) }
            return 0
        })

    static let retry = change(
        "retry", summary: "Retry waiting events now.", details: "", verb: "Retrying", noMatch: "is waiting for a retry")

    static let purge = change(
        "purge", summary: "Delete queued events.",
        details: "No destination or dead-letter queue receives purged events. Running invocations continue.",
        verb: "Deleted", noMatch: "is queued")

    private static func change(
        _ name: String, summary: String, details: String, verb: String, noMatch: String
    ) -> Command {
        Command(
            name: name, summary: summary, details: details,
            options: [
                function.description, id.description, all.description,
                json.description,
            ] + ServerConnection.options,
            run: { arguments, console in
                let server = try ServerConnection(arguments, console.environment)
                let selection = try selection(arguments)
                guard selection.isEmpty == arguments[all] else {
                    throw arguments.refusal("select events with --function, --id or both, or pass --all")
                }
                let answer = try server.document("POST", "/_strata/events/\(name)", query: selection)
                let count = Int(answer.number("count"))
                if arguments[json] {
                    console.print(json: answer)
                } else if count == 0 {
                    try reportNoMatch(arguments, console, noMatch)
                } else {
                    console.print("\(verb) \(count) event\(count == 1 ? "" : "s").")
                }
                return 0
            })
    }

    private static func selection(_ arguments: Arguments) throws(UsageError) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        if let name = try arguments.optionalValue(of: function) { query.append(("function", name)) }
        if let id = try arguments.optionalValue(of: id) { query.append(id.parameter) }
        return query
    }

    /// Reports on standard error that no event matched. Not with `--json`: scripts read empty output as "none", and
    /// it is not a failure.
    private static func reportNoMatch(
        _ arguments: Arguments, _ console: Console, _ state: String = "is queued"
    ) throws(UsageError) {
        guard !arguments[json] else { return }
        let id = try arguments.optionalValue(of: id).map { " with ID \($0.parameter.value)" } ?? ""
        let function = try arguments.optionalValue(of: function).map { " of \($0)" } ?? ""
        console.report("No event\(id)\(function) \(state).")
    }

    private static func row(_ event: AWSValue, nowMilliseconds: Int64) -> [String] {
        let now = Double(nowMilliseconds) / 1_000
        let due = Timestamp(parsing: event.text("nextTry"))?.secondsSinceEpoch ?? now
        let accepted = Timestamp(parsing: event.text("accepted"))?.secondsSinceEpoch ?? now
        let isRunning = event.isTrue("isRunning")
        let isDue = due <= now
        return [
            "\(Int(event.number("number")))", event.text("requestId"), shortTarget(event.text("target")),
            event.text("source").isEmpty ? "-" : shortTarget(event.text("source")),
            isRunning ? "running" : isDue ? "due" : "waiting", Quantity.duration(seconds: now - accepted),
            "\(Int(event.number("attempts")))",
            isRunning ? "-" : isDue ? "now" : "in \(Quantity.duration(seconds: due - now))",
            event.text("reason").isEmpty ? "-" : event.text("reason"),
        ]
    }

    /// A function's name and qualifier from its ARN; any other ARN unchanged.
    private static func shortTarget(_ arn: String) -> String {
        let parts = arn.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
        return parts.count == 7 && parts[2] == "lambda" && parts[5] == "function" ? String(parts[6]) : arn
    }
}

/// An event's identifier on the command line: its number in the queue, or the request ID that
/// `strata invoke --async` printed.
enum EventID: Hashable, Sendable {
    case number(Int)
    case request(String)

    /// Parses a number above 0 or a UUID; `nil` for anything else.
    init?(_ text: String) {
        if let number = Int(text) {
            guard number > 0 else { return nil }
            self = .number(number)
        } else {
            guard RequestIdentifier.isOne(text) else { return nil }
            self = .request(text)
        }
    }

    /// The query parameter that selects the event.
    var parameter: (name: String, value: String) {
        switch self {
        case .number(let number): ("number", "\(number)")
        case .request(let id): ("requestId", id)
        }
    }
}
