internal import AWSProtocol
internal import SampleEvents

/// `strata event`: prints a sample of the events that a source sends to functions, or lists all samples.
enum EventCommand {
    static let set = Option(
        "set", "PATH=VALUE", .repeated,
        help: "Value to set: --set Records[0].body=hi. JSON where it is JSON, else a string.")
    static let json = Flag("json", help: "Print the event on one line, or the list as one JSON document per line.")

    static let command = Command(
        name: "event",
        summary: "Print a sample event of a source, to invoke a function with.",
        details: """
            Without a NAME, lists the samples. To invoke a function with one:
              strata event sqs --set 'Records[0].body=hi' | strata invoke hello --payload -
            The shapes are those of AWS's documentation; the region is us-east-1 and the account 123456789012.
            A PATH has names, indexes and names in quotes: requestContext.http.method, Records[0].body,
            'headers["x.y"]'. A member that is missing is added to its object. Where the service has a string, such as
            a message's body or base64 data, the value stays a string; other values do not change with it.
            """,
        options: [set.description, json.description],
        operand: "NAME",
        operandCount: .optional,
        run: { arguments, console in
            guard let name = arguments.operands.first else {
                guard try arguments.values(of: set).isEmpty else {
                    throw arguments.refusal("--set needs the NAME of an event; 'strata event' lists them")
                }
                list(console, asJSON: arguments[json])
                return 0
            }
            guard let sample = SampleEvent.named(name) else { throw arguments.refusal(unknown(name)) }
            var event = try sample.document()
            for text in try arguments.values(of: set) {
                do throws(EventPathError) {
                    let assignment = try EventAssignment(text)
                    try event.set(assignment.path, to: assignment.text)
                } catch {
                    throw arguments.refusal("--set '\(text)': \(error.message)")
                }
            }
            let bytes = arguments[json] ? event.tree.bytes : event.tree.indentedBytes
            console.print(String(decoding: bytes, as: UTF8.self))
            return 0
        })

    private static func list(_ console: Console, asJSON: Bool) {
        if asJSON {
            for sample in SampleEvent.all {
                console.print(
                    json: .structure([
                        "name": .string(sample.name), "summary": .string(sample.summary),
                        "documentation": .string(sample.documentation),
                    ]))
            }
            return
        }
        var table = TextTable(["NAME", "EVENT"])
        for sample in SampleEvent.all { table.add([sample.name, sample.summary]) }
        for line in table.takeLines(console.style) { console.print(line) }
    }

    private static func unknown(_ name: String) -> String {
        "unknown event '\(name)'\(EventPathError.hint(for: name, among: SampleEvent.all.map(\.name)))"
    }
}

extension EventPathError {
    /// What is wrong, and what is there instead.
    fileprivate var message: String {
        switch self {
        case .syntax(let reason): "\(reason); a path is such as Records[0].body"
        case .noMember(let name, let parent, let names):
            "\(Self.quoted(parent)) has no '\(name)'\(Self.hint(for: name, among: names))"
        case .noElement(let index, let parent, let count):
            "\(Self.quoted(parent)) has no element [\(index)]; it has \(count == 1 ? "1 element" : "\(count) elements")"
        case .noContainer(_, let parent, "null"):
            "\(Self.quoted(parent)) is null; set it to a JSON object or list as a whole"
        case .noContainer(.member(let name), let parent, let kind):
            "\(Self.quoted(parent)) is \(kind), which has no member '\(name)'"
        case .noContainer(.element(let index), let parent, let kind):
            "\(Self.quoted(parent)) is \(kind), which has no element [\(index)]"
        }
    }

    /// The nearest name, and all names.
    fileprivate static func hint(for name: String, among names: [String]) -> String {
        guard !names.isEmpty else { return "; it is empty" }
        let nearest = Suggestion.closest(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ";"
        return "\(nearest) there are: \(names.joined(separator: ", "))"
    }

    private static func quoted(_ path: EventPath) -> String {
        path.steps.isEmpty ? "the event" : "'\(path)'"
    }
}
