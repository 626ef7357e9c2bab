/// HTTP bindings and XML documents; path, method and query identify the operation (Smithy, restXml).
struct RestXMLProtocol: WireProtocol {
    private let router: Router
    private let namespace: String?
    private let wrapsErrors: Bool

    init(_ service: ServiceModel, namespace: String?, wrapsErrors: Bool) {
        router = Router(service.operations)
        self.namespace = namespace
        self.wrapsErrors = wrapsErrors
    }

    func call(in request: AWSRequest) throws(AWSError) -> WireCall { try router.call(in: request) }

    func input(of call: WireCall) throws(AWSError) -> AWSValue {
        let labels = if case .labels(let labels) = call.parameters { labels } else { [String: String]() }
        let body = RestBody.xml(root: call.operation.inputElement, namespace: namespace)
        return try RequestDecoder.decode(call.request, labels: labels, as: call.operation.input, body: body)
    }

    func answer(_ output: AWSValue, to call: WireCall) -> AWSResponse {
        ResponseEncoder.encode(
            output, as: call.operation.output, status: call.operation.status,
            body: .xml(root: nil, namespace: namespace))
    }

    func answer(_ error: AWSError, requestID: String) -> AWSResponse {
        Self.answer(error, namespace: namespace, wrapsErrors: wrapsErrors, requestID: requestID)
    }

    /// An error as a response.
    ///
    /// - Parameter wrapsErrors: `false` for S3's form, whose document is the element `Error` itself.
    static func answer(
        _ error: AWSError, namespace: String?, wrapsErrors: Bool, requestID: String
    ) -> AWSResponse {
        var writer = XMLWriter(declares: true)
        if wrapsErrors {
            writer.element("ErrorResponse", namespace: namespace) { writer in
                writer.element("Error") { writer in
                    writer.element("Type", text: error.queryFault)
                    writer.append(error, code: error.name)
                }
                writer.element("RequestId", text: requestID)
            }
        } else {
            writer.element("Error") { writer in
                writer.append(error, code: error.name)
                writer.element("RequestId", text: requestID)
            }
        }
        return AWSResponse(xml: writer, error, contentType: "application/xml")
    }
}
