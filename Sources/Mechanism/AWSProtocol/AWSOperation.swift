/// An operation with the Swift types of its input and output.
public struct AWSOperation<Input: AWSStructure, Output: AWSStructure>: Sendable {
    /// The operation's description in the service model.
    public let descriptor: OperationDescriptor

    /// Describes an operation.
    public init(_ name: String, method: String, uri: String, status: Int) {
        descriptor = OperationDescriptor(
            name, method: method, uri: uri, status: status, input: Input.schema, output: Output.schema)
    }

    /// Decodes and validates a request with HTTP bindings and JSON. Throws `SerializationException` and
    /// `ValidationException`.
    public func decode(_ request: AWSRequest, labels: [String: String]) throws(AWSError) -> Input {
        Input(awsValue: try RequestDecoder.decode(request, labels: labels, as: descriptor.input))
    }

    /// Encodes the success response with HTTP bindings and JSON.
    public func encode(_ output: Output) -> AWSResponse {
        ResponseEncoder.encode(output.awsValue, as: descriptor.output, status: descriptor.status)
    }
}
