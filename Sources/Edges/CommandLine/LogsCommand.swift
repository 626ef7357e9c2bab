internal import AWSProtocol
internal import Glibc
internal import LinuxSystem

/// `strata logs`: what a function has printed, with START, END and REPORT, of all its environments.
enum LogsCommand {
    static let follow = Flag("follow", help: "Go on with what comes, until Ctrl-C.")
    static let since = Option(
        "since", "WHEN", .optional(otherwise: "all that is kept"),
        help: "Only what came since then: 90s, 10m, 2h or 7d ago, or a moment such as 2026-01-31T09:30:00Z."
    ) { (text) throws(ValueError) -> Moment in
        guard let moment = Moment(text) else {
            throw ValueError(expectation: "a time such as 10m or 2h, or a moment such as 2026-01-31T09:30:00Z")
        }
        return moment
    }
    static let json = Flag("json", help: "Print each event as JSON on a line, for programs.")

    static let command = Command(
        name: "logs",
        summary: "Print a function's log.",
        details: """
            NAME is a function's name or ARN. The logs of a function that was deleted can still be read.
            Lines of all environments come in the order of time, each with the time at which it was logged.
            """,
        options: [
            follow.description, since.description, ServerConnection.endpoint.description, json.description,
        ],
        operand: "NAME",
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            let moment = try arguments.optionalValue(of: since)
            let start = moment?.milliseconds(nowMilliseconds: WallClock.nowMilliseconds()) ?? 0
            var cursor = AWSValue.structure(["since": .integer(max(0, start))])
            while true {
                let request = AWSValue.structure(["function": .string(arguments.operands[0]), "cursor": cursor])
                let page = try server.document("POST", "/_strata/logs", body: JSON.encode(request))
                for event in page.values("events") { print(event, asJSON: arguments[json], console) }
                cursor = page["cursor"] ?? cursor
                if page.isTrue("hasMore") { continue }
                guard arguments[follow] else { return 0 }
                if console.losesReader(followMilliseconds) { return endWithoutReader() }
            }
        })

    /// How often it is looked for more: often enough to seem at once.
    private static let followMilliseconds: Int32 = 250

    /// Ends as writing without a reader does, at once and not with the next line; successfully, where the signal is
    /// ignored.
    private static func endWithoutReader() -> Int32 {
        raise(SIGPIPE)
        return 0
    }

    private static func print(_ event: AWSValue, asJSON: Bool, _ console: Console) {
        if asJSON { return console.print(json: event) }
        let message = console.harmless(event.text("message"))
        let isTrouble = ["[ERROR]", "Task timed out", "Status: error", "Status: timeout"].contains(
            where: message.contains)
        console.print("\(event.text("time")) \(isTrouble ? console.style.red(message) : message)")
    }
}

/// A moment as people name it: so long ago, or by date and time.
enum Moment: Hashable, Sendable {
    case ago(seconds: Int64)
    case at(milliseconds: Int64)

    /// Reads `90s`, `10m`, `2h`, `7d` or a date and time of RFC 3339; `nil` for anything else.
    init?(_ text: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        if let unit = text.last.flatMap({ units[$0] }), text.dropLast().utf8.allSatisfy({ (48...57).contains($0) }) {
            guard let count = Int64(text.dropLast()), count <= 1_000_000_000 else { return nil }
            self = .ago(seconds: count * unit)
        } else if text.contains("T"), let moment = Timestamp(parsing: text) {
            self = .at(milliseconds: Int64((moment.secondsSinceEpoch * 1_000).rounded()))
        } else {
            return nil
        }
    }

    /// The moment, in milliseconds since 1970.
    func milliseconds(nowMilliseconds: Int64) -> Int64 {
        switch self {
        case .ago(let seconds): nowMilliseconds - seconds * 1_000
        case .at(let milliseconds): milliseconds
        }
    }
}
