/// A call of a client that has its response, as `strata start --log-requests` shows it.
package struct AnsweredCall: Hashable, Sendable {
    /// The name of the API, as in credential scopes: `lambda`.
    package let service: String
    /// The operation; `nil` where the request is none that the service knows.
    package let operation: String?
    /// The method and path of the request, shown in place of an unknown operation.
    package let request: String
    /// The status of the response.
    package let status: Int
    /// From the request's head to the last byte of the response.
    package let milliseconds: Double
    /// The caller's account; `nil` for the server's default account.
    package let account: String?

    /// Describes a call.
    package init(
        service: String, operation: String?, request: String, status: Int, milliseconds: Double, account: String?
    ) {
        self.service = service
        self.operation = operation
        self.request = request
        self.status = status
        self.milliseconds = (milliseconds * 10).rounded() / 10
        self.account = account
    }
}

extension LogFormatter {
    /// The line of a call, with its line feed: `2026-01-31T23:59:59.123Z lambda Invoke 200 1.4 ms`. A failure is
    /// yellow, and red where it is the server's, if colours are on.
    func line(_ call: AnsweredCall, timeMilliseconds: Int64) -> [UInt8] {
        let operation = call.operation ?? call.request
        let time = Self.time(timeMilliseconds)
        let account = call.account.map { format == .text ? " account=\($0)" : ",\"account\":\"\($0)\"" } ?? ""
        switch format {
        case .text:
            let status = colored("\(call.status)", call.status >= 500 ? "31" : call.status >= 400 ? "33" : "32")
            let names = "\(Self.plain(call.service)) \(Self.plain(operation))"
            return Array("\(time) \(names) \(status) \(call.milliseconds) ms\(account)\n".utf8)
        case .json:
            let member = call.operation == nil ? "request" : "operation"
            let head = #"{"time":"\#(time)","level":"info","component":"requests","message":"A call was answered""#
            let names = #","service":\#(Self.quoted(call.service).text),"\#(member)":\#(Self.quoted(operation).text)"#
            let rest = #","status":\#(call.status),"milliseconds":\#(call.milliseconds)\#(account)}"#
            return Array((head + names + rest + "\n").utf8)
        }
    }

    /// A value that a client chose, escaped and without quotes.
    private static func plain(_ text: String) -> String { String(quoted(text).text.dropFirst().dropLast()) }
}
