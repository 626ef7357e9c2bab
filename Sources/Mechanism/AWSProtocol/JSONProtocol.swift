/// JSON documents; the header `X-Amz-Target` names the operation (Smithy, awsJson1_0 and awsJson1_1).
struct JSONProtocol: WireProtocol {
    private let service: ServiceModel
    private let version: String
    private let operations: OperationTable

    init(_ service: ServiceModel, version: String) {
        self.service = service
        self.version = version
        operations = OperationTable(service)
    }

    func call(in request: AWSRequest) throws(AWSError) -> WireCall {
        let parts = (request.header("X-Amz-Target") ?? "").split(separator: ".", maxSplits: 1)
        guard parts.count == 2, service.targetPrefix.map({ $0 == parts[0] }) ?? true,
            let operation = try operations.operation(String(parts[1]))
        else { throw .unknownTarget }
        return WireCall(operation: operation, request: request, parameters: .none)
    }

    func input(of call: WireCall) throws(AWSError) -> AWSValue {
        let body = call.request.body
        let schema = call.operation.input
        // Clients send `{}` for an input without members, and some send nothing.
        let value = body.isEmpty ? AWSValue.structure([:]) : try JSON.decode(body, as: schema)
        guard case .structure = value else { throw .serialization("Expected a JSON object") }
        try Validator.validate(value, by: schema, style: service.documentValidation)
        return value
    }

    func answer(_ output: AWSValue, to call: WireCall) -> AWSResponse {
        let schema = call.operation.output
        let body = schema === NoMembers.schema ? [] : JSON.encode(output, as: schema)
        return AWSResponse(status: 200, headers: [Self.contentType(version)], body: body)
    }

    func answer(_ error: AWSError, requestID: String) -> AWSResponse {
        Self.answer(error, version: version, from: service)
    }

    /// An error as a response.
    ///
    /// - Parameter service: its model; `nil` where there is none.
    static func answer(_ error: AWSError, version: String, from service: ServiceModel?) -> AWSResponse {
        var writer = JSONWriter()
        writer.write(error.documentFields(of: service))
        return AWSResponse(
            status: error.status,
            headers: [contentType(version)] + error.headers + error.queryHeaders(of: service), body: writer.bytes)
    }

    private static func contentType(_ version: String) -> AWSHeader {
        AWSHeader("Content-Type", "application/x-amz-json-\(version)")
    }
}

extension ServiceModel {
    /// How the protocols with documents and no HTTP bindings report violated constraints.
    var documentValidation: ValidationStyle {
        ValidationStyle(errorName: "ValidationException", showsValues: !hidesValues)
    }
}
