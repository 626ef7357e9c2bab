/// Finds the operation of a form: the parameter `Action` names it, in the service's `Version`.
struct FormCalls: Sendable {
    private let service: ServiceModel
    private let operations: OperationTable

    init(_ service: ServiceModel) {
        self.service = service
        operations = OperationTable(service)
    }

    func call(in request: AWSRequest) throws(AWSError) -> WireCall {
        let form = try QueryForm(request)
        guard let action = form.parts["Action"]?.value, !action.isEmpty else { throw .missingAction }
        let version = form.parts["Version"]?.value
        guard version == service.apiVersion, let operation = try operations.operation(action) else {
            throw .invalidAction(action, version: version)
        }
        return WireCall(operation: operation, request: request, parameters: .form(form))
    }

    func input(of call: WireCall, style: QueryDecoder.Style) throws(AWSError) -> AWSValue {
        let form = if case .form(let form) = call.parameters { form } else { QueryForm() }
        let schema = call.operation.input
        let value = try QueryDecoder.decode(form, as: schema, style: style)
        let validation = ValidationStyle(errorName: "ValidationError", showsValues: !service.hidesValues)
        try Validator.validate(value, by: schema, style: validation)
        return value
    }
}
