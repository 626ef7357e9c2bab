internal import AWSProtocol
internal import Digest
internal import Glibc
internal import HTTPClient
internal import LinuxSystem

/// `strata invoke`: runs a function and prints what it answers.
enum InvokeCommand {
    static let payload = Option(
        "payload", "JSON|@FILE|-", .defaulted("{}"), help: "The event: JSON, a file of it, or - for standard input.")
    static let asynchronous = Flag("async", help: "Queue the event, print its request id, and do not wait.")
    static let tail = Flag("tail", help: "Print the last 4 KB of the invocation's log on standard error.")
    static let qualifier = Option(
        "qualifier", "VERSION|ALIAS", .optional(otherwise: "$LATEST"), help: "The version or alias to run.")
    static let json = Flag("json", help: "Print status, version, error, log and payload as one JSON document.")

    static let command = Command(
        name: "invoke",
        summary: "Run a function and print its answer.",
        details: """
            NAME is a function's name or ARN. The answer is printed as the function gave it.
            Exit codes: 0 when the function answered or its event is queued; 1 when the function failed, which still
            prints its error's JSON, and when it could not be run; 2 for a command line that cannot be understood.
            """,
        options: [
            payload.description, asynchronous.description, tail.description, qualifier.description,
            ServerConnection.endpoint.description, json.description,
        ],
        operand: "NAME",
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            guard !(arguments[asynchronous] && arguments[tail]) else {
                throw arguments.refusal("--async and --tail exclude each other: a queued event has no log yet")
            }
            let event = try content(arguments.value(of: payload))
            var headers: [(name: String, value: String)] = []
            if arguments[asynchronous] { headers.append(("X-Amz-Invocation-Type", "Event")) }
            if arguments[tail] || arguments[json] { headers.append(("X-Amz-Log-Type", "Tail")) }
            let answer = try server.send(
                "POST", "/2015-03-31/functions/\(PercentEncoding.encode(arguments.operands[0]))/invocations",
                query: try arguments.optionalValue(of: qualifier).map { [("Qualifier", $0)] } ?? [],
                headers: headers, body: event, patienceSeconds: patienceSeconds)
            guard (200..<300).contains(answer.head.status) else { throw ServerError(answer, server.endpoint) }
            let result = InvocationAnswer(answer)
            arguments[json] ? console.print(json: result.document) : result.print(tail: arguments[tail], console)
            return result.error == nil ? 0 : 1
        })

    /// The longest time-out of a function, an init phase, and some seconds.
    private static let patienceSeconds = 930

    /// The event that `--payload` names.
    private static func content(_ text: String) throws -> [UInt8] {
        if text == "-" { return try read(FileDescriptor.open("/dev/stdin", [.read])) }
        guard text.hasPrefix("@") else { return Array(text.utf8) }
        return try read(FileDescriptor.open(FilePath(HostPath.absolute(String(text.dropFirst()))), [.read]))
    }

    private static func read(_ file: borrowing FileDescriptor) throws -> [UInt8] {
        var content: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
            if count == 0 { return content }
            content += piece[..<count]
        }
    }
}

/// What an invocation answered.
struct InvocationAnswer {
    let status: Int
    let requestID: String
    let version: String?
    /// How the function failed; `nil` where it did not.
    let error: String?
    let log: String?
    let payload: [UInt8]

    init(_ answer: ServerConnection.Answer) {
        status = answer.head.status
        requestID = answer.head.header("x-amzn-RequestId") ?? ""
        version = answer.head.header("X-Amz-Executed-Version")
        error = answer.head.header("X-Amz-Function-Error")
        log = answer.head.header("X-Amz-Log-Result").flatMap { Base64.decode($0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
        payload = answer.body
    }

    /// The answer for people.
    func print(tail: Bool, _ console: Console) {
        if tail, let log {
            console.report(console.harmless(Self.readable(log.hasSuffix("\n") ? String(log.dropLast()) : log)))
        }
        guard status != 202 else { return console.print(requestID) }
        console.print(console.harmless(String(decoding: payload, as: UTF8.self)))
        guard error != nil else { return }
        // What is not an error's JSON was printed as it is.
        let document = try? JSON.decode(payload)
        let words = ["errorType", "errorMessage"].compactMap { document?.text($0) }.filter { !$0.isEmpty }
        let summary = words.isEmpty ? "" : ": " + words.joined(separator: ": ")
        console.report(console.style.red("The function failed\(summary.onOneLine)"))
    }

    /// The log as `strata logs` prints it. Runtimes part the lines of one event by carriage returns, as Lambda's do: on
    /// a terminal each would be written over the one before.
    static func readable(_ log: String) -> String {
        let lines = log.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { String($0).split(separator: "\r").joined(separator: "\n\t") }.joined(separator: "\n")
    }

    /// The answer for programs. A payload that is not JSON, which a custom runtime may answer, becomes a text.
    var document: AWSValue {
        // Empty for an event that was queued.
        let value = payload.isEmpty ? AWSValue.null : (try? JSON.decode(payload)) ?? text
        return .structure([
            "statusCode": .integer(Int64(status)), "requestId": .string(requestID),
            "executedVersion": version.map { .string($0) } ?? .null,
            "functionError": error.map { .string($0) } ?? .null, "log": log.map { .string($0) } ?? .null,
            "payload": value,
        ])
    }

    private var text: AWSValue { .string(String(decoding: payload, as: UTF8.self)) }
}
