internal import Domain
internal import HTTP
internal import RuntimeAPI

extension EnvironmentAnswer {
    /// The answer as the runtime, or an extension, of a function gets it.
    func response(for revision: FunctionRevision) -> HTTPResponse {
        switch self {
        case .invocation(let event): event.response()
        case .event(let event): event.response(identifier: RequestIdentifier.make())
        case .gone: HTTPResponse(status: 410)
        case .registered(let identifier, let withAccount):
            Self.registration(of: revision, identifier, withAccount: withAccount)
        case .accepted: HTTPResponse(status: 202, contentType: "application/json", text: #"{"status":"OK"}"#)
        case .subscribed: HTTPResponse(status: 200, contentType: "application/json", text: #""OK""#)
        case .fault(let fault, let status): fault.response(status: status)
        }
    }

    private static func registration(
        of revision: FunctionRevision, _ identifier: String, withAccount: Bool
    ) -> HTTPResponse {
        var fields = [
            ("functionName", revision.function.name.description),
            ("functionVersion", revision.version.description), ("handler", revision.handler),
        ]
        if withAccount { fields.append(("accountId", revision.function.account.description)) }
        return HTTPResponse(
            status: 200,
            headers: [("Content-Type", "application/json"), ("Lambda-Extension-Identifier", identifier)],
            body: .bytes(ExtensionRequest.document(fields)))
    }
}
