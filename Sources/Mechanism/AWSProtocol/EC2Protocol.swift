/// Forms and XML responses as EC2 has them (Smithy, ec2Query): lists are flattened in requests, names have a capital,
/// and the output's members are next to the request's ID.
struct EC2Protocol: WireProtocol {
    private let calls: FormCalls
    private let namespace: String

    init(_ service: ServiceModel, namespace: String) {
        calls = FormCalls(service)
        self.namespace = namespace
    }

    func call(in request: AWSRequest) throws(AWSError) -> WireCall { try calls.call(in: request) }

    func input(of call: WireCall) throws(AWSError) -> AWSValue { try calls.input(of: call, style: .ec2) }

    func answer(_ output: AWSValue, to call: WireCall) -> AWSResponse {
        var writer = XMLWriter(declares: true)
        writer.element("\(call.operation.name)Response", namespace: namespace) { writer in
            writer.element("requestId", text: call.request.requestID)
            writer.append(members: output, of: call.operation.output)
        }
        return AWSResponse(xml: writer, contentType: "text/xml;charset=UTF-8")
    }

    func answer(_ error: AWSError, requestID: String) -> AWSResponse { Self.answer(error, requestID: requestID) }

    /// An error as a response.
    static func answer(_ error: AWSError, requestID: String) -> AWSResponse {
        var writer = XMLWriter(declares: true)
        writer.element("Response") { writer in
            writer.element("Errors") { $0.element("Error") { $0.append(error, code: error.name) } }
            writer.element("RequestID", text: requestID)
        }
        return AWSResponse(xml: writer, error, contentType: "text/xml;charset=UTF-8")
    }
}
