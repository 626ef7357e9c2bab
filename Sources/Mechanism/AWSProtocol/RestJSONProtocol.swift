/// HTTP bindings and JSON documents; path and method identify the operation (Smithy, restJson1).
struct RestJSONProtocol: WireProtocol {
    private let router: Router

    init(_ service: ServiceModel) {
        router = Router(service.operations)
    }

    func call(in request: AWSRequest) throws(AWSError) -> WireCall {
        switch router.match(method: request.method, rawPath: request.rawPath, rawQuery: request.rawQuery) {
        case .operation(let operation, let labels):
            return WireCall(operation: operation, request: request, parameters: .labels(labels))
        case .notFound: throw .unknownOperation
        case .methodNotAllowed: throw .methodNotAllowed(request.method)
        case .malformed: throw .malformedPath
        }
    }

    func input(of call: WireCall) throws(AWSError) -> AWSValue {
        let labels = if case .labels(let labels) = call.parameters { labels } else { [String: String]() }
        return try RequestDecoder.decode(call.request, labels: labels, as: call.operation.input)
    }

    func answer(_ output: AWSValue, to call: WireCall) -> AWSResponse {
        ResponseEncoder.encode(output, as: call.operation.output, status: call.operation.status)
    }

    func answer(_ error: AWSError, requestID: String) -> AWSResponse { error.response }
}

extension AWSError {
    /// A path of operations with other methods.
    static func methodNotAllowed(_ method: String) -> AWSError {
        AWSError(
            "UnknownOperationException", status: 405,
            message: "The requested operation is not recognized by the service: this path has no \(method.prefix(16)).")
    }

    /// A path or query that cannot be decoded.
    static let malformedPath = AWSError.serialization("The path or query is not valid percent-encoded UTF-8.")
}
