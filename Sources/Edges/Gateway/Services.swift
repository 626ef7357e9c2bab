internal import AWSProtocol
internal import Domain
internal import HTTP
internal import Platform

/// The services that are served, by the names that clients sign for, each with what answers its calls.
struct Services: Sendable {
    private let dispatchers: [String: ServiceDispatcher<RequestContext>]

    init(of platform: Platform) {
        dispatchers = [
            "lambda": LambdaOperations.dispatcher(for: platform),
            "iam": IdentityOperations.dispatcher(for: platform.identities),
            "sts": IdentityOperations.securityTokens(of: platform.identities),
        ]
    }

    /// What answers a service's calls; `nil` for a service that is not here.
    subscript(name: String) -> ServiceDispatcher<RequestContext>? { dispatchers[name] }

    /// What a service reads of a request at most, in bytes.
    func requestBytes(of name: String) -> Int {
        dispatchers[name]?.service.wireFormat.isQuery == true ? IdentityLimits.requestBytes : LambdaLimits.requestBytes
    }

    /// The service of a request that is not signed: the one whose version a form names, or else Lambda.
    func service(ofUnsigned target: Target, _ exchange: HTTPExchange) -> String {
        guard target.path == "/" else { return "lambda" }
        let isForm = exchange.header("Content-Type")?.hasPrefix("application/x-www-form-urlencoded") ?? false
        let body = isForm ? String(decoding: exchange.body.prefix(IdentityLimits.requestBytes), as: UTF8.self) : ""
        let versions = [String(target.query), body].flatMap { text in
            text.split(separator: "&").filter { $0.hasPrefix("Version=") }.map { $0.dropFirst("Version=".count) }
        }
        let named = dispatchers.values.map(\.service).first { service in
            service.wireFormat.isQuery && versions.contains { $0 == service.apiVersion }
        }
        return named?.name ?? "lambda"
    }

    /// An error from before a service, as the service that was meant writes its own.
    func response(_ error: AWSError, of name: String) -> HTTPResponse {
        let requestID = RequestIdentifier.make()
        let response = dispatchers[name]?.answer(error, requestID: requestID) ?? error.response
        return response.http(requestID: requestID)
    }
}

extension ServiceModel.WireFormat {
    fileprivate var isQuery: Bool { self != .restJSON }
}
