internal import AWSProtocol
internal import LinuxSystem

/// `strata events list|retry|purge`: asynchronous invocations, and messages to destinations, that wait.
enum EventsCommand {
    static let command = Command(
        name: "events", summary: "List, retry and purge what waits in the queue.",
        subcommands: [list, retry, purge])

    static let function = Option(
        "function", "NAME", .optional(), help: "Only events of this function, its versions and aliases.")
    static let id = Option("id", "NUMBER", .optional(), help: "Only the event with this number.") {
        (text) throws(ValueError) -> Int in
        guard let number = Int(text), number > 0 else { throw ValueError(expectation: "the number of an event") }
        return number
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
            var table = TextTable(["ID", "TARGET", "STATE", "AGE", "TRIES", "NEXT TRY", "REASON"])
            var next: Int? = 0
            while let after = next {
                let query = selection + [("limit", "500")] + (after > 0 ? [("after", "\(after)")] : [])
                let page = try server.document("GET", "/_strata/events", query: query)
                for event in page.values("events") {
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
            return 0
        })

    static let retry = change(
        "retry", summary: "Try events now that wait for later.", details: "", done: "tried now")

    static let purge = change(
        "purge", summary: "Delete events.",
        details: "They are gone: no destination and no dead-letter queue gets them. What runs is not interrupted.",
        done: "deleted")

    private static func change(_ name: String, summary: String, details: String, done: String) -> Command {
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
                } else {
                    console.print("\(count) event\(count == 1 ? "" : "s") \(done).")
                }
                return 0
            })
    }

    private static func selection(_ arguments: Arguments) throws(UsageError) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        if let name = try arguments.optionalValue(of: function) { query.append(("function", name)) }
        if let number = try arguments.optionalValue(of: id) { query.append(("number", "\(number)")) }
        return query
    }

    private static func row(_ event: AWSValue, nowMilliseconds: Int64) -> [String] {
        let now = Double(nowMilliseconds) / 1_000
        let due = Timestamp(parsing: event.text("nextTry"))?.secondsSinceEpoch ?? now
        let accepted = Timestamp(parsing: event.text("accepted"))?.secondsSinceEpoch ?? now
        let isRunning = event.isTrue("isRunning")
        let isDue = due <= now
        return [
            "\(Int(event.number("number")))", shortTarget(event.text("target")),
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
