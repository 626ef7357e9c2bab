internal import AWSProtocol
internal import Glibc
internal import LinuxSystem

/// `strata top`: a live view of environments, rates and queues.
enum TopCommand {
    static let once = Flag("once", help: "Print one snapshot and exit, as when standard output is not a terminal.")
    static let json = Flag("json", help: "Print JSON, one snapshot per line.")

    static let command = Command(
        name: "top",
        summary: "Show environments, memory, invocations, throttles and queues, live.",
        details: """
            Functions are sorted by invocations in the last second, then by environments. On a terminal the view is
            refreshed every second until Ctrl-C; rows that do not fit are omitted.
            A server without --auth shows all accounts, a server with --auth only the key's own.
            """,
        options: [once.description, json.description] + ServerConnection.options,
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            let isLive = console.isTerminal && !arguments[once]
            var previous = try server.document("GET", "/_strata/top")
            repeat {
                SystemThread.sleep(milliseconds: 1_000)
                let current = try server.document("GET", "/_strata/top")
                let snapshot = TopSnapshot(from: previous, to: current)
                if arguments[json] {
                    console.print(json: snapshot.document)
                } else {
                    // Move to the upper left and clear the screen. No terminal mode changes, so exit restores nothing.
                    let lines = snapshot.lines(console.style, within: isLive ? console.size() : nil)
                    console.print((isLive ? "\u{1B}[H\u{1B}[2J" : "") + lines.joined(separator: "\n"))
                }
                previous = current
            } while isLive
            return 0
        })
}

/// The rates between two samples of the server's counters, with the state of the second.
struct TopSnapshot {
    /// A function's rates between the two samples.
    struct Row {
        let function: AWSValue
        let invocationsPerSecond: Double
        let errorsPerSecond: Double
        let throttlesPerSecond: Double
    }

    let now: AWSValue
    let rows: [Row]

    init(from before: AWSValue, to now: AWSValue) {
        self.now = now
        let seconds = max(0.001, (now.number("time") - before.number("time")) / 1_000)
        let known = Dictionary(before.values("functions").map { (Self.key($0), $0) }) { first, _ in first }
        let rows = now.values("functions").map { function in
            let earlier = known[Self.key(function)]
            // A counter falls when the server restarted or the function was recreated: count that as no events.
            func rate(_ name: String) -> Double {
                max(0, function.number(name) - (earlier?.number(name) ?? 0)) / seconds
            }
            return Row(
                function: function, invocationsPerSecond: rate("invocations"), errorsPerSecond: rate("errors"),
                throttlesPerSecond: rate("throttles"))
        }
        self.rows = rows.sorted {
            // Names are swapped: they sort ascending, rates and environments descending.
            ($0.invocationsPerSecond, $0.environmentCount, Self.key($1.function))
                > ($1.invocationsPerSecond, $1.environmentCount, Self.key($0.function))
        }
    }

    private static func key(_ function: AWSValue) -> String {
        ["account", "region", "function"].map { function.text($0) }.joined(separator: ":")
    }

    /// The snapshot as JSON.
    var document: AWSValue {
        let functions = rows.map { row -> AWSValue in
            guard case .structure(var members) = row.function else { return row.function }
            members["invocationsPerSecond"] = .double(row.invocationsPerSecond)
            members["errorsPerSecond"] = .double(row.errorsPerSecond)
            members["throttlesPerSecond"] = .double(row.throttlesPerSecond)
            return .structure(members)
        }
        return .structure([
            "time": now["time"] ?? .null, "functions": .list(functions), "queues": now["queues"] ?? .list([]),
        ])
    }

    var summary: String {
        let environments = rows.reduce(0) { $0 + $1.environmentCount }
        let memory = rows.reduce(0) { $0 + $1.function.number("memoryBytes") }
        let calls = rows.reduce(0) { $0 + $1.invocationsPerSecond }
        let events = now.values("queues").reduce(0) { $0 + $1.number("events") }
        return "\(environments) environment\(environments == 1 ? "" : "s"), \(Quantity.memory(bytes: memory)), "
            + "\(Quantity.rate(calls)) invocations/s, \(Int(events)) event\(events == 1 ? "" : "s") in the queue"
    }
}

extension TopSnapshot.Row {
    fileprivate var environmentCount: Int {
        ["starting", "busy", "idle", "frozen"].reduce(0) { $0 + environments($1) }
    }

    private func environments(_ state: String) -> Int { Int(function["environments"]?.number(state) ?? 0) }

    func cells(isQualified: Bool) -> [String] {
        let place = isQualified ? "\(function.text("account")):\(function.text("region")):" : ""
        return [place + function.text("function")]
            + ["starting", "busy", "idle", "frozen"].map { "\(environments($0))" }
            + [
                Quantity.memory(bytes: function.number("memoryBytes")), Quantity.rate(invocationsPerSecond),
                Quantity.rate(errorsPerSecond), Quantity.rate(throttlesPerSecond),
                "\(Int(function.number("invocations")))",
            ]
    }
}
