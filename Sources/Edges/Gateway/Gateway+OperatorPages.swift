internal import AWSProtocol
internal import Domain
internal import HTTP
internal import LinuxSystem
internal import ServiceKit
internal import Telemetry

// The pages below `/_strata/`, for operators and monitoring.
extension Gateway {
    private static let prefix = "/_strata/"

    /// Responds to a request for a page. Most pages read from disk, so the work queue makes them.
    func operatorPage(_ target: RequestTarget, _ exchange: HTTPExchange) -> HTTPResponse? {
        let path = String(target.path.dropFirst(Self.prefix.count))
        guard target.path.hasPrefix(Self.prefix), let page = pages[path] else {
            return Self.refusal(404, "This page does not exist. /_strata/health has the server's status.")
        }
        guard exchange.method == page.method else {
            return Self.refusal(405, "This page is for \(page.method).", headers: [("Allow", page.method)])
        }
        let body = bodyOnDisk(exchange)
        let accepted = workQueue.submit(for: .operators) {
            guard body?.load(into: exchange) ?? true else {
                exchange.respond(self.diskResponse(to: exchange))
                return
            }
            guard self.claims.refreshKeys() || self.authenticator == nil else {
                exchange.respond(
                    self.registry.response(to: exchange, of: self.registry.assumed) { _ in Self.keysUnavailable })
                return
            }
            let scope = self.scope(exchange)
            let answer = self.admitted(exchange, target, scope, nil, for: self.registry.assumed) {
                self.answer(page, RequestTarget(exchange.target), exchange, $0.context)
            }
            if let answer { exchange.respond(answer) }
        }
        if accepted { return nil }
        log.warning("A page was refused because the work queue is full", ["page": .text(path)])
        return registry.response(to: exchange, of: registry.assumed) { _ in Self.busy }
    }

    /// The server's status. Needs no authentication.
    func healthPage() -> HTTPResponse {
        let healths = [storageHealth()] + registry.services.map(\.health)
        let reasons = healths.compactMap { if case .degraded(let why) = $0 { why } else { nil } }
        let status = isStopping ? "stopping" : reasons.isEmpty ? "ok" : "degraded"
        var members: [String: AWSValue] = ["status": .string(status), "version": .string(version)]
        if !reasons.isEmpty { members["reasons"] = .list(reasons.map { .string($0) }) }
        return Self.json(.structure(members))
    }

    private func answer(
        _ page: Page, _ target: RequestTarget, _ exchange: HTTPExchange, _ context: RequestContext
    ) -> HTTPResponse {
        if authenticator != nil, context.caller.principal != .root {
            return Self.refusal(403, "The server's pages are for access keys, not for sessions of roles or services.")
        }
        let account = authenticator == nil ? nil : context.account
        do throws(ServiceError) {
            switch page {
            case .metrics: return try metrics(of: account)
            case .reset: return try reset()
            case .service(let page):
                let request = OperatorRequest(target: target, body: exchange.body, context: context, account: account)
                return Self.json(try page.respond(request))
            }
        } catch {
            return context.response(to: error, requestID: RequestIdentifier.make())
        }
    }

    private func metrics(of account: AccountID?) throws(ServiceError) -> HTTPResponse {
        var text = PrometheusText()
        text.begin("strata_build_info", .gauge, help: "The version of the server.")
        text.add("strata_build_info", [("version", version)], UInt64(1))
        for service in registry.services { try service.writeMetrics(of: account, to: &text) }
        return HTTPResponse(status: 200, contentType: PrometheusText.contentType, text: text.text)
    }

    /// Makes the server as if it had just been installed. Access keys stay.
    private func reset() throws(ServiceError) -> HTTPResponse {
        guard allowsReset else {
            return Self.refusal(403, "This server keeps what it has. Start it with --allow-reset to allow this.")
        }
        for service in registry.services { try service.reset() }
        log.info("Everything was reset")
        return Self.json(.structure([:]))
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

    /// A page: the metrics of all services, or a service's page.
    enum Page: Sendable {
        /// The metrics in Prometheus's text format.
        case metrics
        /// Forgets everything.
        case reset
        case service(OperatorPage)

        var method: String {
            switch self {
            case .metrics: "GET"
            case .reset: "POST"
            case .service(let page): page.method
            }
        }
    }

    /// The pages by their paths below `/_strata/`.
    static func pages(of registry: ServiceRegistry) -> [String: Page] {
        let pages = registry.services.flatMap(\.operatorPages).map { ($0.path, Page.service($0)) }
        return Dictionary([("metrics", .metrics), ("reset", .reset)] + pages) { first, _ in first }
    }
}
