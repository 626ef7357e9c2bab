/// Form parameters and XML responses; the parameter `Action` names the operation (Smithy, awsQuery).
///
/// A call is a form in the body of a POST, or the query of a GET.
struct QueryProtocol: WireProtocol {
    private let service: ServiceModel
    private let namespace: String
    private let operations: [String: OperationDescriptor]

    init(_ service: ServiceModel, namespace: String) {
        self.service = service
        self.namespace = namespace
        operations = Dictionary(service.operations.map { ($0.name, $0) }) { first, _ in first }
    }

    func call(in request: AWSRequest) throws(AWSError) -> WireCall {
        let form = try QueryForm(request)
        guard let action = form.parts["Action"]?.value, !action.isEmpty else { throw .missingAction }
        let version = form.parts["Version"]?.value
        guard version == service.apiVersion else { throw .invalidAction(action, version: version) }
        guard let operation = operations[action] else {
            guard service.otherOperations.contains(action) else { throw .invalidAction(action, version: version) }
            throw .notImplemented(service: service.name, operation: action)
        }
        return WireCall(operation: operation, request: request, parameters: .form(form))
    }

    func input(of call: WireCall) throws(AWSError) -> AWSValue {
        let form = if case .form(let form) = call.parameters { form } else { QueryForm() }
        let schema = call.operation.input
        let value = try QueryDecoder.decode(form, as: schema)
        let style = ValidationStyle(errorName: "ValidationError", showsValues: !service.hidesValues)
        try Validator.validate(value, by: schema, style: style)
        return value
    }

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
        return Self.response(200, writer)
    }

    func answer(_ error: AWSError, requestID: String) -> AWSResponse {
        var writer = XMLWriter()
        writer.element("ErrorResponse", namespace: namespace) { writer in
            writer.element("Error") { writer in
                writer.element("Type", text: error.isServerFault ? "Receiver" : "Sender")
                writer.element("Code", text: error.name)
                writer.element("Message", text: error.message)
            }
            writer.element("RequestId", text: requestID)
        }
        return Self.response(error.status, writer)
    }

    private static func response(_ status: Int, _ writer: XMLWriter) -> AWSResponse {
        AWSResponse(status: status, headers: [AWSHeader("Content-Type", "text/xml")], body: writer.bytes)
    }
}

extension AWSError {
    /// A request that names no operation.
    static let missingAction = AWSError("MissingAction", status: 400, message: "Missing Action")

    /// An operation that the service does not have in this version.
    static func invalidAction(_ action: String, version: String?) -> AWSError {
        let version = version.map { String($0.prefix(64)) } ?? "NO_VERSION_SPECIFIED"
        return AWSError(
            "InvalidAction", status: 400,
            message: "Could not find operation \(action.prefix(128)) for version \(version)")
    }

    /// Whether the service is at fault, not the caller.
    fileprivate var isServerFault: Bool { fault.map { $0 == .server } ?? (status >= 500) }
}
