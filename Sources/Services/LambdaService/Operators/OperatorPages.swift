internal import AWSProtocol
internal import Catalog
internal import Domain
internal import EventQueue
internal import ServiceKit

/// Lambda's pages for operators. Events and logs are those of the caller's account and region, as in the API.
struct OperatorPages: Sendable {
    private let status: StatusReader
    private let queue: QueuedEvents
    private let logs: FunctionLogs
    private let store: LambdaStore

    init(status: StatusReader, queue: QueuedEvents, logs: FunctionLogs, store: LambdaStore) {
        self.status = status
        self.queue = queue
        self.logs = logs
        self.store = store
    }

    /// Status of functions and queues, places, logs, and queued events, which can be retried or purged.
    var pages: [OperatorPage] {
        [
            OperatorPage("GET", "top") { request throws(ServiceError) in
                OperatorDocument.status(try self.status.status(of: request.account))
            },
            OperatorPage("GET", "places") { request throws(ServiceError) in try self.placesPage(request) },
            OperatorPage("GET", "versions") { request throws(ServiceError) in
                guard let text = request.target.parameter("function"), let name = FunctionName(text) else {
                    throw ServiceError(.validation, "'function' takes the name of a function.")
                }
                let function = FunctionID(
                    account: request.context.account, region: request.context.region, name: name)
                return OperatorDocument.versions(self.status.versions(of: function))
            },
            OperatorPage("GET", "events") { request throws(ServiceError) in try self.eventsPage(request) },
            OperatorPage("POST", "logs") { request throws(ServiceError) in try self.logPage(request) },
            OperatorPage("POST", "events/retry") { request throws(ServiceError) in
                Self.count(try self.queue.retry(try Self.selection(request), request.context))
            },
            OperatorPage("POST", "events/purge") { request throws(ServiceError) in
                Self.count(try self.queue.purge(try Self.selection(request), request.context))
            },
        ]
    }

    /// Where there are functions or layers. With authentication the account is the caller's, and is not named.
    private func placesPage(_ request: OperatorRequest) throws(ServiceError) -> AWSValue {
        let places = try store.converting { try self.store.catalog.places(of: request.account) }
        return .structure([
            "places": .list(
                places.map { place in
                    let account = request.account == nil ? AWSValue.string(place.account.description) : .null
                    return .structure(["account": account, "region": .string(place.region.description)])
                })
        ])
    }

    private func logPage(_ request: OperatorRequest) throws(ServiceError) -> AWSValue {
        let document = try? JSON.decode(request.body)  // every malformed body gets the same error
        guard let document, case .string(let function)? = document["function"],
            let cursor = OperatorDocument.cursor(document["cursor"])
        else {
            throw ServiceError(.validation, #"Ask with {"function": NAME, "cursor": {"since": MILLISECONDS}}."#)
        }
        let page = try logs.log(of: function, from: cursor, request.context)
        return OperatorDocument.page(page, otherwise: cursor)
    }

    private func eventsPage(_ request: OperatorRequest) throws(ServiceError) -> AWSValue {
        let limit = min(1_000, try Self.number("limit", request) ?? 100)
        let events = try queue.page(
            try Self.selection(request), after: try Self.number("after", request) ?? 0, limit: limit, request.context)
        let next = events.count == limit ? events.last.map { AWSValue.integer(Int64($0.number)) } : nil
        return .structure([
            "events": .list(events.map { OperatorDocument.event($0) }), "next": next ?? .null,
        ])
    }

    private static func selection(_ request: OperatorRequest) throws(ServiceError) -> QueuedEventSelection {
        var identity = try number("number", request).map { EventSelection.Identity.number($0) }
        if let id = request.target.parameter("requestId") {
            guard identity == nil else {
                throw ServiceError(.validation, "'number' and 'requestId' exclude each other.")
            }
            guard RequestIdentifier.isOne(id) else {
                throw ServiceError(.validation, "'requestId' takes the id that an invocation was answered with.")
            }
            identity = .request(id.lowercased())
        }
        return QueuedEventSelection(
            functionName: request.target.parameter("function"), identity: identity)
    }

    private static func number(_ name: String, _ request: OperatorRequest) throws(ServiceError) -> Int? {
        guard let text = request.target.parameter(name) else { return nil }
        guard let number = Int(text), number > 0 else {
            throw ServiceError(.validation, "'\(name)' takes a number above 0.")
        }
        return number
    }

    private static func count(_ count: Int) -> AWSValue { .structure(["count": .integer(Int64(count))]) }
}
