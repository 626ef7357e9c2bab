internal import AWSProtocol
internal import Digest
internal import Glibc
internal import HTTPClient
internal import LinuxSystem

/// `strata invoke`: invokes a function and prints its response.
enum InvokeCommand {
    static let payload = Option(
        "payload", "JSON|@FILE|-", .defaulted("{}"), help: "The event: JSON, @FILE, or - for standard input.")
    static let asynchronous = Flag("async", help: "Queue the event, print its request ID and return.")
    static let tail = Flag("tail", help: "Print the last 4 KB of the invocation's log to standard error.")
    static let qualifier = Option(
        "qualifier", "VERSION|ALIAS", .optional(otherwise: "$LATEST"), help: "Version or alias to invoke.")
    static let stream = Flag(
        "stream", help: "Print the response as the function sends it, by InvokeWithResponseStream.")
    static let json = Flag("json", help: "Print status, version, error, log and payload as one JSON document.")

    static let command = Command(
        name: "invoke",
        summary: "Invoke a function and print its response.",
        details: """
            NAME is a function's name or ARN. The response is printed unchanged.
            Exit codes: 0 when the function succeeded or the event was queued; 1 when the function failed (its error
            is printed as JSON) or could not be invoked; 2 for a usage error.
            """,
        options: [
            payload.description, asynchronous.description, stream.description, tail.description, qualifier.description,
            json.description,
        ] + ServerConnection.options,
        operand: "NAME",
        run: { arguments, console in
            let server = try ServerConnection(arguments, console.environment)
            guard !(arguments[asynchronous] && arguments[tail]) else {
                throw arguments.refusal("--async and --tail cannot be combined: a queued event has no log yet")
            }
            guard !arguments[stream] || !arguments[asynchronous] && !arguments[json] else {
                throw arguments.refusal("--stream cannot be combined with --async or --json")
            }
            let event = try content(arguments.value(of: payload))
            if let fault = event.withUnsafeBytes({ JSONValidator.syntaxError(in: $0) }), !event.isEmpty {
                throw arguments.refusal(
                    "--payload is not JSON, from byte \(fault.offset + 1) on. In a shell, quote it: "
                        + #"--payload '{"name": "Ada"}'; a text is JSON in double quotes: --payload '"Ada"'"#)
            }
            var headers: [(name: String, value: String)] = []
            if arguments[asynchronous] { headers.append(("X-Amz-Invocation-Type", "Event")) }
            if arguments[tail] || arguments[json] { headers.append(("X-Amz-Log-Type", "Tail")) }
            let function = PercentEncoding.encode(arguments.operands[0])
            let query = try arguments.optionalValue(of: qualifier).map { [("Qualifier", $0)] } ?? []
            if arguments[stream] {
                return try printStream(
                    of: "/2021-11-15/functions/\(function)/response-streaming-invocations", query, headers, event,
                    from: server, printsTail: arguments[tail], console)
            }
            let response = try server.send(
                "POST", "/2015-03-31/functions/\(function)/invocations", query: query, headers: headers, body: event,
                timeoutSeconds: timeoutSeconds)
            guard (200..<300).contains(response.head.status) else { throw ServerError(response, server.endpoint) }
            let result = InvocationResponse(response)
            arguments[json] ? console.print(json: result.document) : result.print(tail: arguments[tail], console)
            if result.error != nil {
                ImportHints(arguments, console, server).explain(
                    String(decoding: result.payload, as: UTF8.self), of: arguments.operands[0],
                    qualifier: try arguments.optionalValue(of: qualifier))
            }
            return result.error == nil ? 0 : 1
        })

    private static func printStream(
        of path: String, _ query: [(name: String, value: String)], _ headers: [(name: String, value: String)],
        _ event: [UInt8], from server: ServerConnection, printsTail: Bool, _ console: Console
    ) throws -> Int32 {
        var invocation = StreamedInvocation(on: console)
        var refusal: [UInt8] = []
        let head = try server.send(
            "POST", path, query: query, headers: headers, body: event, timeoutSeconds: timeoutSeconds
        ) { head, piece in
            if head.status == 200 { try invocation.take(piece) } else { refusal.append(contentsOf: piece) }
        }
        guard head.status == 200 else {
            throw ServerError(ServerConnection.Response(head: head, body: refusal), server.endpoint)
        }
        return invocation.finish(printsTail: printsTail)
    }

    /// The longest function time-out (900 s), plus an init phase and a margin.
    private static let timeoutSeconds = 930

    /// The event of a `--payload` value.
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

/// The response to an invocation.
struct InvocationResponse {
    let status: Int
    let requestID: String
    let version: String?
    /// The value of `X-Amz-Function-Error`; `nil` when the function succeeded.
    let error: String?
    let log: String?
    let payload: [UInt8]

    init(_ response: ServerConnection.Response) {
        status = response.head.status
        requestID = response.head.header("x-amzn-RequestId") ?? ""
        version = response.head.header("X-Amz-Executed-Version")
        error = response.head.header("X-Amz-Function-Error")
        log = response.head.header("X-Amz-Log-Result").flatMap { Base64.decode($0) }.map {
            String(decoding: $0, as: UTF8.self)
        }
        payload = response.body
    }

    /// Prints the response as text.
    func print(tail: Bool, _ console: Console) {
        if tail, let log { Self.print(tail: log, console) }
        guard status != 202 else { return console.print(requestID) }
        console.print(console.sanitized(String(decoding: payload, as: UTF8.self)))
        if error != nil { Self.report(failure: payload, console) }
    }

    /// Prints the tail of a log to standard error.
    static func print(tail log: String, _ console: Console) {
        console.report(console.sanitized(readable(log.hasSuffix("\n") ? String(log.dropLast()) : log)))
    }

    /// Says that the function failed, and how.
    static func report(failure payload: [UInt8], _ console: Console) {
        // An error payload that is not JSON has been printed above; there is no type or message to add.
        let document = try? JSON.decode(payload)
        let words = ["errorType", "errorMessage"].compactMap { document?.text($0) }.filter { !$0.isEmpty }
        let summary = words.isEmpty ? "" : ": " + words.joined(separator: ": ")
        console.report(console.style.red("The function failed\(summary.onOneLine)"))
    }

    /// The log as `strata logs` prints it. Runtimes separate the lines of one event by carriage returns, as Lambda's
    /// do; on a terminal each line would overwrite the one before.
    static func readable(_ log: String) -> String {
        let lines = log.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { String($0).split(separator: "\r").joined(separator: "\n\t") }.joined(separator: "\n")
    }

    /// The response as JSON. A payload that is not JSON, which custom runtimes may return, becomes a string.
    var document: AWSValue {
        // A queued event has an empty payload.
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
