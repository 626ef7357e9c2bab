internal import Domain
internal import AWSProtocol
internal import LinuxSystem

/// `strata events list|retry|purge`: asynchronous invocations, and messages to destinations, that wait.
enum EventsCommand {
    static let command = Command(
        name: "events", summary: "List, retry and purge what waits in the queue.",
        subcommands: [list, retry, purge])

    static let function = Option(
        "function", "NAME", .optional(),
        help: "Only events of this function, its versions and aliases, and of the destinations that it caused.")
    static let id = Option("id", "ID", .optional(), help: "Only the event with this number, or of this request.") {
        (text) throws(ValueError) -> EventID in
        guard let id = EventID(text) else {
            throw ValueError(expectation: "the number of an event, or the id of its request")
        }
        return id
    }
    static let all = Flag("all", help: "Every event of the account and region.")
    static let json = Flag("json", help: "Print JSON, for programs: for each event a document on a line.")

    static let list = Command(
        name: "list",
        summary: "Print what waits, why, and when it is next tried.",
        options: [
            function.description, id.description, ServerConnection.endpoint.description, json.description,
        ],
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            let selection = try selection(arguments)
            var table = TextTable([
                "ID", "REQUEST ID", "TARGET", "FROM", "STATE", "AGE", "TRIES", "NEXT TRY", "REASON",
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
                // A long queue is shown as it is read.
                for line in table.takeLines(console.style) { console.print(line) }
                next = page["next"] == nil ? nil : Int(page.number("next"))
            }
            if isEmpty { try reportNothing(arguments, console) }
            return 0
        })

    static let retry = change(
        "retry", summary: "Try events now that wait for later.", details: "", done: "tried now",
        waiting: "waits for a later try")

    static let purge = change(
        "purge", summary: "Delete events.",
        details: "They are gone: no destination and no dead-letter queue gets them. What runs is not interrupted.",
        done: "deleted", waiting: "waits")

    private static func change(
        _ name: String, summary: String, details: String, done: String, waiting: String
    ) -> Command {
        Command(
            name: name, summary: summary, details: details,
            options: [
                function.description, id.description, all.description, ServerConnection.endpoint.description,
                json.description,
            ],
            run: { arguments, console in
                let server = try ServerConnection(arguments, console.environment)
                let selection = try selection(arguments)
                guard selection.isEmpty == arguments[all] else {
                    throw arguments.refusal("either --function, --id or both, or --all, says which events are meant")
                }
                let answer = try server.document("POST", "/_strata/events/\(name)", query: selection)
                let count = Int(answer.number("count"))
                if arguments[json] {
                    console.print(json: answer)
                } else if count == 0 {
                    try reportNothing(arguments, console, waiting: waiting)
                } else {
                    console.print("\(count) event\(count == 1 ? "" : "s") \(done).")
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

    /// Says that nothing is there. To people only, beside the output: for scripts an empty output is the answer, and
    /// no failure.
    private static func reportNothing(
        _ arguments: Arguments, _ console: Console, waiting: String = "waits"
    ) throws(UsageError) {
        guard !arguments[json] else { return }
        let id = try arguments.optionalValue(of: id).map { " with the id \($0.parameter.value)" } ?? ""
        let function = try arguments.optionalValue(of: function).map { " of \($0)" } ?? ""
        console.report("No event\(id)\(function) \(waiting).")
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

    /// The function's name and qualifier, where the target is a function.
    private static func shortTarget(_ arn: String) -> String {
        let parts = arn.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
        return parts.count == 7 && parts[2] == "lambda" && parts[5] == "function" ? String(parts[6]) : arn
    }
}

/// How people name an event: by its number in the queue, or by the id that `strata invoke --async` has printed.
enum EventID: Hashable, Sendable {
    case number(Int)
    case request(String)

    /// Reads a number above 0, or a UUID; `nil` for anything else.
    init?(_ text: String) {
        if let number = Int(text) {
            guard number > 0 else { return nil }
            self = .number(number)
        } else {
            guard RequestIdentifier.isOne(text) else { return nil }
            self = .request(text)
        }
    }

    /// How the server is asked for it.
    var parameter: (name: String, value: String) {
        switch self {
        case .number(let number): ("number", "\(number)")
        case .request(let id): ("requestId", id)
        }
    }
}
