/// CBOR documents; the path names the operation: `/service/SERVICE/operation/OPERATION` (Smithy, rpcV2Cbor).
struct CBORProtocol: WireProtocol {
    private let service: ServiceModel
    private let operations: OperationTable

    /// The value of the header `smithy-protocol` in requests and responses.
    static let name = "rpc-v2-cbor"

    init(_ service: ServiceModel) {
        self.service = service
        operations = OperationTable(service)
    }

    func call(in request: AWSRequest) throws(AWSError) -> WireCall {
        guard let path = CBORPath(request.rawPath), service.targetPrefix.map({ $0 == path.service }) ?? true,
            let operation = try operations.operation(path.operation)
        else { throw .unknownOperation }
        return WireCall(operation: operation, request: request, parameters: .none)
    }

    func input(of call: WireCall) throws(AWSError) -> AWSValue {
        let schema = call.operation.input
        // An operation without an input has no body.
        let body = call.request.body
        let value = body.isEmpty ? AWSValue.structure([:]) : try CBOR.decode(body, as: schema)
        guard case .structure = value else { throw .serialization("Expected a map") }
        try Validator.validate(value, by: schema, style: service.documentValidation)
        return value
    }

    func answer(_ output: AWSValue, to call: WireCall) -> AWSResponse {
        let schema = call.operation.output
        guard schema !== NoMembers.schema else { return Self.response(200, nil) }
        return Self.response(200, CBOR.encode(output, as: schema))
    }

    func answer(_ error: AWSError, requestID: String) -> AWSResponse { Self.answer(error, from: service) }

    /// An error as a response.
    ///
    /// - Parameter service: its model; `nil` where there is none.
    static func answer(_ error: AWSError, from service: ServiceModel?) -> AWSResponse {
        var writer = CBORWriter()
        writer.write(error.documentFields(of: service))
        return response(error.status, writer.bytes, error.headers + error.queryHeaders(of: service))
    }

    private static func response(_ status: Int, _ body: [UInt8]?, _ headers: [AWSHeader] = []) -> AWSResponse {
        let type = body.map { _ in [AWSHeader("Content-Type", "application/cbor")] } ?? []
        return AWSResponse(
            status: status, headers: [AWSHeader("smithy-protocol", name)] + type + headers, body: body ?? [])
    }
}

/// The path of a call; what stands before it is a client's endpoint.
public struct CBORPath: Sendable, Equatable {
    /// The prefix of the service's targets, such as `GraniteServiceVersion20100801`.
    public let service: String
    /// The operation's name.
    public let operation: String

    /// Reads a path, still percent-encoded; `nil` for any other path.
    public init?(_ rawPath: String) {
        let parts = rawPath.split(separator: "/", omittingEmptySubsequences: false).suffix(4)
        guard parts.count == 4, let first = parts.first, first == "service", parts[parts.startIndex + 2] == "operation",
            let service = PercentEncoding.decode(parts[parts.startIndex + 1]),
            let operation = parts.last.flatMap({ PercentEncoding.decode($0) })
        else { return nil }
        (self.service, self.operation) = (service, operation)
    }
}
