internal import AWSProtocol
internal import Domain
internal import EventQueue
internal import HTTP
internal import LinuxSystem
internal import Platform

/// The pages that tell operators how the server is, and let them act on its queue.
///
/// Without signatures whoever reaches the port is the operator, and `top` and `metrics` show all accounts. With them a
/// page is for the account of the key, and for nobody else; a session of a role sees none, because functions hold such
/// sessions. Events and logs are always those of the caller's account and region, as everything in the API is.
enum OperatorPage: String, CaseIterable {
    case metrics, top, events, logs
    case retry = "events/retry"
    case purge = "events/purge"

    /// The page at a path.
    init?(path: Substring) {
        guard path.hasPrefix("/_strata/") else { return nil }
        self.init(rawValue: String(path.dropFirst("/_strata/".count)))
    }

    /// How it is asked for. Reading a log takes more words than fit into a query.
    var method: String {
        switch self {
        case .metrics, .top, .events: "GET"
        case .logs, .retry, .purge: "POST"
        }
    }
}

extension Gateway {
    /// Answers a request for one of the pages; they read from the disk, so another thread does it.
    func operatorPage(_ target: Target, _ exchange: HTTPExchange) -> HTTPResponse? {
        guard let page = OperatorPage(path: target.path) else {
            return Self.refusal(404, "There is no such page. /_strata/health tells how the server is.")
        }
        guard exchange.method == page.method else {
            return Self.refusal(405, "This page is for \(page.method).", headers: [("Allow", page.method)])
        }
        let accepted = controlPlane.submit {
            let answer = self.admitted(exchange, target, nil, for: "lambda") {
                self.answer(page, target, exchange, $0.context)
            }
            if let answer { exchange.respond(answer) }
        }
        return accepted ? nil : services.response(Self.busy, of: "lambda")
    }

    private func answer(
        _ page: OperatorPage, _ target: Target, _ exchange: HTTPExchange, _ context: RequestContext
    ) -> HTTPResponse {
        if authenticator != nil, context.caller.principal != .root {
            return Self.refusal(403, "The server's pages are for access keys, not for sessions of roles or services.")
        }
        let account = authenticator == nil ? nil : context.account
        do throws(PlatformError) {
            switch page {
            case .metrics:
                let text = try platform.status(of: account).prometheusText(version: version)
                return HTTPResponse(status: 200, contentType: ServerStatus.prometheusContentType, text: text)
            case .top: return Self.json(OperatorDocument.status(try platform.status(of: account)))
            case .logs: return Self.json(try log(exchange.body, context))
            case .events: return Self.json(try events(target, context))
            case .retry:
                let count = try platform.retryEvents(selection(target), context)
                return Self.json(.structure(["count": .integer(Int64(count))]))
            case .purge:
                let count = try platform.purgeEvents(selection(target), context)
                return Self.json(.structure(["count": .integer(Int64(count))]))
            }
        } catch {
            return error.aws.response.http(requestID: RequestIdentifier.make())
        }
    }

    private func log(_ body: [UInt8], _ context: RequestContext) throws(PlatformError) -> AWSValue {
        let request = try? JSON.decode(body)  // whatever is wrong with it, the answer is the same
        guard let request, case .string(let function)? = request["function"],
            let cursor = OperatorDocument.cursor(request["cursor"])
        else {
            throw PlatformError(.validation, #"Ask with {"function": NAME, "cursor": {"since": MILLISECONDS}}."#)
        }
        return OperatorDocument.page(try platform.log(of: function, from: cursor, context))
    }

    private func events(_ target: Target, _ context: RequestContext) throws(PlatformError) -> AWSValue {
        let limit = min(1_000, try number("limit", target) ?? 100)
        let events = try platform.queuedEvents(
            selection(target), after: try number("after", target) ?? 0, limit: limit, context)
        let next = events.count == limit ? events.last.map { AWSValue.integer(Int64($0.number)) } : nil
        return .structure([
            "events": .list(events.map { OperatorDocument.event($0) }), "next": next ?? .null,
        ])
    }

    private func selection(_ target: Target) throws(PlatformError) -> QueuedEventSelection {
        var identity = try number("number", target).map { EventSelection.Identity.number($0) }
        if let id = target.parameter("requestId") {
            guard identity == nil else {
                throw PlatformError(.validation, "'number' and 'requestId' exclude each other.")
            }
            guard RequestIdentifier.isOne(id) else {
                throw PlatformError(.validation, "'requestId' takes the id that an invocation was answered with.")
            }
            identity = .request(id.lowercased())
        }
        return QueuedEventSelection(
            functionName: target.parameter("function"), identity: identity, includesUnowned: authenticator == nil)
    }

    private func number(_ name: String, _ target: Target) throws(PlatformError) -> Int? {
        guard let text = target.parameter(name) else { return nil }
        guard let number = Int(text), number > 0 else {
            throw PlatformError(.validation, "'\(name)' takes a number above 0.")
        }
        return number
    }

    private static func json(_ document: AWSValue) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: [("Content-Type", "application/json")], body: .bytes(JSON.encode(document)))
    }

    private static func refusal(
        _ status: Int, _ message: String, headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "application/json")] + headers,
            body: .bytes(JSON.encode(.structure(["message": .string(message)]))))
    }
}
