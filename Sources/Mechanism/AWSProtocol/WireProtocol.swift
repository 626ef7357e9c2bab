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
        case none
    }
}

extension ServiceModel.WireFormat {
    /// Makes the protocol for a service.
    func makeProtocol(for service: ServiceModel) -> any WireProtocol {
        switch self {
        case .restJSON: RestJSONProtocol(service)
        case .restXML(let namespace, let wrapsErrors):
            RestXMLProtocol(service, namespace: namespace, wrapsErrors: wrapsErrors)
        case .json(let version): JSONProtocol(service, version: version)
        case .query(let namespace): QueryProtocol(service, namespace: namespace)
        case .ec2(let namespace): EC2Protocol(service, namespace: namespace)
        case .cbor: CBORProtocol(service)
        }
    }

    /// An error as a response in this protocol, for a service that may have no model.
    public func answer(_ error: AWSError, requestID: String) -> AWSResponse {
        switch self {
        case .restJSON: error.response
        case .restXML(let namespace, let wrapsErrors):
            RestXMLProtocol.answer(error, namespace: namespace, wrapsErrors: wrapsErrors, requestID: requestID)
        case .json(let version): JSONProtocol.answer(error, version: version, from: nil)
        case .query(let namespace):
            QueryProtocol.answer(error, namespace: namespace.isEmpty ? nil : namespace, requestID: requestID)
        case .ec2: EC2Protocol.answer(error, requestID: requestID)
        case .cbor: CBORProtocol.answer(error, from: nil)
        }
    }
}
