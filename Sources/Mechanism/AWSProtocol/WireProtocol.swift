/// How a service's calls and answers look on the wire. `ServiceDispatcher` does the rest, which is the same for all.
protocol WireProtocol: Sendable {
    /// Finds the operation that a request means. Throws what a request gets that means none.
    func call(in request: AWSRequest) throws(AWSError) -> WireCall
    /// Gathers and validates a call's input.
    func input(of call: WireCall) throws(AWSError) -> AWSValue
    /// Writes the answer of success.
    func answer(_ output: AWSValue, to call: WireCall) -> AWSResponse
    /// Writes an error as the answer, to a request that may not even have been a call.
    func answer(_ error: AWSError, requestID: String) -> AWSResponse
}

/// A request of which the operation is known.
struct WireCall {
    let operation: OperationDescriptor
    let request: AWSRequest
    /// What finding the operation has read already: the labels of the path, or the form.
    let parameters: Parameters

    enum Parameters {
        case labels([String: String])
        case form(QueryForm)
    }
}

extension ServiceModel.WireFormat {
    /// The protocol, made for a service.
    func makeProtocol(for service: ServiceModel) -> any WireProtocol {
        switch self {
        case .restJSON: RestJSONProtocol(service)
        case .query(let namespace): QueryProtocol(service, namespace: namespace)
        }
    }
}
