/// A wire protocol: decodes a service's calls and encodes its responses, for `ServiceDispatcher`.
protocol WireProtocol: Sendable {
    /// Finds a request's operation. Throws the error response for a request without one.
    func call(in request: AWSRequest) throws(AWSError) -> WireCall
    /// Decodes and validates a call's input.
    func input(of call: WireCall) throws(AWSError) -> AWSValue
    /// Encodes a success response.
    func answer(_ output: AWSValue, to call: WireCall) -> AWSResponse
    /// Encodes an error response, also for a request that is not a valid call.
    func answer(_ error: AWSError, requestID: String) -> AWSResponse
}

/// A request with its operation.
struct WireCall {
    let operation: OperationDescriptor
    let request: AWSRequest
    /// What was decoded to find the operation: the labels of the path, or the form.
    let parameters: Parameters

    enum Parameters {
        case labels([String: String])
        case form(QueryForm)
    }
}

extension ServiceModel.WireFormat {
    /// Makes the protocol for a service.
    func makeProtocol(for service: ServiceModel) -> any WireProtocol {
        switch self {
        case .restJSON: RestJSONProtocol(service)
        case .query(let namespace): QueryProtocol(service, namespace: namespace)
        }
    }
}
