/// HTTP bindings and JSON documents; path and method identify the operation (Smithy, restJson1).
struct RestJSONProtocol: WireProtocol {
    private let router: Router

    init(_ service: ServiceModel) {
        router = Router(service.operations)
    }

    func call(in request: AWSRequest) throws(AWSError) -> WireCall {
        try router.call(in: request)
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

extension Router {
    /// The call of a request, by its path, method, query and headers.
    func call(in request: AWSRequest) throws(AWSError) -> WireCall {
        let match = match(method: request.method, rawPath: request.rawPath, rawQuery: request.rawQuery) {
            request.header($0) != nil
        }
        switch match {
        case .operation(let operation, let labels):
            return WireCall(operation: operation, request: request, parameters: .labels(labels))
        case .notFound: throw .unknownOperation
        case .methodNotAllowed: throw .methodNotAllowed(request.method)
        case .malformed: throw .malformedPath
        }
    }
}
