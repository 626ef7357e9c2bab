internal import AWSProtocol
internal import LinuxSystem
internal import Toolchain

/// `strata layer rehearse`: runs events with a layer and with another version of it, and compares.
enum LayerRehearseCommand {
    static let event = Option(
        "event", "FILE", .repeated,
        help: "An event in JSON, or one on each line (.jsonl); may be given several times. {} where it is not given.")
    static let json = Flag("json", help: "Print JSON, one document for each event.")

    static let command = Command(
        name: "rehearse",
        summary: "Replay events with a layer and with another version of it, and compare.",
        details: """
            For each user of LAYER, two copies of the function are made, which differ in the layer's version alone. They
            run each event, and are deleted. Answers and errors that differ are told, and durations and memory that
            grew. The events really run: what the function changes elsewhere is changed, twice. Exits with 1 where
            answers or errors differ. Nothing of the function itself is changed; 'strata layer rollout' does that.
            """,
        options: [
            LayerRolloutCommand.target.description, LayerRolloutCommand.function.description, event.description,
            json.description,
        ] + ServerConnection.options,
        operand: "LAYER",
        run: { arguments, console in
            let events = try events(arguments)
            let downloads = LayerDownloads(arguments, console)
            let server = try downloads.connection()
            let client = server.lambda(console.environment)
            let arn = try LayerRolloutCommand.version(
                of: arguments.operands[0], arguments.value(of: LayerRolloutCommand.target), client)
            let plan = try RolloutPlan(
                client, to: arn, only: arguments.values(of: LayerRolloutCommand.function), for: .rehearsal)
            for skipped in plan.skipped { console.report("\(skipped.name) is left out: \(skipped.reason)") }
            guard !plan.functions.isEmpty else {
                console.report("No function uses another version of \(arn).")
                return 0
            }
            let rehearsal = LayerRehearsal(
                client: client, suffix: String(UInt32.random(in: .min ... .max), radix: 16),
                download: {
                    try WholeFile.content(downloads.download($0, digest: $1, called: "the code", from: server))
                },
                report: console.report)
            let hold = BlockedSignals()
            var hasDifference = false
            for function in plan.functions where !hold.isPending {
                try rehearsal.rehearse(function, events, isStopped: { hold.isPending }) { comparison in
                    hasDifference = hasDifference || comparison.differences.contains(where: \.isOfResult)
                    print(comparison, asJSON: arguments[json], console)
                }
            }
            guard !hold.isPending else {
                console.report("Stopped; not all events were replayed.")
                return 1
            }
            return hasDifference ? 1 : 0
        })

    private static func events(_ arguments: Arguments) throws -> [(name: String, content: [UInt8])] {
        let files = try arguments.values(of: event)
        guard !files.isEmpty else { return [("{}", Array("{}".utf8))] }
        var events: [(name: String, content: [UInt8])] = []
        for file in files {
            let content = try WholeFile.content(file)
            let isList = file.hasSuffix(".jsonl")
            let pieces = isList ? content.split(separator: UInt8(ascii: "\n")).map(Array.init) : [content]
            for (index, piece) in pieces.enumerated() {
                let name = isList ? "\(file):\(index + 1)" : file
                guard piece.withUnsafeBytes({ JSONValidator.syntaxError(in: $0) }) == nil else {
                    throw arguments.refusal("\(name) is not JSON")
                }
                events.append((name, piece))
            }
        }
        return events
    }

    private static func print(_ comparison: LayerRehearsal.Comparison, asJSON: Bool, _ console: Console) {
        if asJSON {
            return console.print(
                json: .structure([
                    "function": .string(comparison.function), "event": .string(comparison.event),
                    "differences": .list(comparison.differences.map { .string($0.rawValue) }),
                    "old": document(comparison.old), "new": document(comparison.new),
                ]))
        }
        let isDifferent = comparison.differences.contains(where: \.isOfResult)
        let words = comparison.differences.map(\.rawValue).joined(separator: ", ")
        let verdict =
            comparison.differences.isEmpty ? "the same" : isDifferent ? console.style.red("differs: \(words)") : words
        console.print("\(comparison.function) \(comparison.event): \(verdict) (\(costs(comparison)))")
        guard isDifferent else { return }
        console.print("  old: \(text(comparison.old))".onOneLine)
        console.print("  new: \(text(comparison.new))".onOneLine)
    }

    private static func costs(_ comparison: LayerRehearsal.Comparison) -> String {
        func text(_ outcome: LayerRehearsal.Outcome) -> String {
            let time = outcome.milliseconds.map { "\($0) ms" } ?? "-"
            return time + (outcome.megabytes.map { ", \($0) MB" } ?? "")
        }
        return "\(text(comparison.old)) before, \(text(comparison.new)) after"
    }

    private static func text(_ outcome: LayerRehearsal.Outcome) -> String {
        let payload = String(decoding: outcome.payload, as: UTF8.self).cut(to: 500)
        return outcome.functionError.map { "\($0) \(payload)" } ?? payload
    }

    private static func document(_ outcome: LayerRehearsal.Outcome) -> AWSValue {
        let text = String(decoding: outcome.payload, as: UTF8.self)
        return .structure([
            // A payload that is not JSON, which custom runtimes may return, becomes a string.
            "payload": (try? JSON.decode(outcome.payload)) ?? .string(text),
            "functionError": outcome.functionError.map { .string($0) } ?? .null,
            "milliseconds": outcome.milliseconds.map { .double($0) } ?? .null,
            "megabytes": outcome.megabytes.map { .integer(Int64($0)) } ?? .null,
        ])
    }
}
