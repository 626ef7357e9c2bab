/// Form parameters and XML responses; the parameter `Action` names the operation (Smithy, awsQuery).
///
/// A call is a form in the body of a POST, or the query of a GET.
struct QueryProtocol: WireProtocol {
    private let calls: FormCalls
    private let namespace: String

    init(_ service: ServiceModel, namespace: String) {
        calls = FormCalls(service)
        self.namespace = namespace
    }

    func call(in request: AWSRequest) throws(AWSError) -> WireCall { try calls.call(in: request) }

    func input(of call: WireCall) throws(AWSError) -> AWSValue { try calls.input(of: call, style: .query) }

    func answer(_ output: AWSValue, to call: WireCall) -> AWSResponse {
        let name = call.operation.name
        let schema = call.operation.output
        var writer = XMLWriter()
        writer.element("\(name)Response", namespace: namespace) { writer in
            // Only an operation without an output has no element for it; an empty output has one.
            if schema !== NoMembers.schema {
                writer.element("\(name)Result") { $0.append(members: output, of: schema) }
            }
            writer.element("ResponseMetadata") { $0.element("RequestId", text: call.request.requestID) }
        }
        return AWSResponse(xml: writer)
    }

    func answer(_ error: AWSError, requestID: String) -> AWSResponse {
        Self.answer(error, namespace: namespace, requestID: requestID)
    }

    /// An error as a response.
    ///
    /// - Parameter namespace: that of the service; `nil` where it is not known.
    static func answer(_ error: AWSError, namespace: String?, requestID: String) -> AWSResponse {
        var writer = XMLWriter()
        writer.element("ErrorResponse", namespace: namespace) { writer in
            writer.element("Error") { writer in
                writer.element("Type", text: error.queryFault)
                writer.append(error, code: error.queryCode ?? error.name)
            }
            writer.element("RequestId", text: requestID)
        }
        return AWSResponse(xml: writer, error)
    }
}

extension XMLWriter {
    /// Writes what an error's element has in every protocol with XML: code, message, and further members.
    mutating func append(_ error: AWSError, code: String) {
        element("Code", text: code)
        if !error.message.isEmpty { element("Message", text: error.message) }
        for field in error.fields { element(field.name, field.value, field.schema) }
    }
}

extension AWSResponse {
    /// A success response that is an XML document, or an error's.
    init(xml writer: XMLWriter, _ error: AWSError? = nil, contentType: String = "text/xml") {
        self.init(
            status: error?.status ?? 200,
            headers: [AWSHeader("Content-Type", contentType)] + (error?.headers ?? []), body: writer.bytes)
    }
}
