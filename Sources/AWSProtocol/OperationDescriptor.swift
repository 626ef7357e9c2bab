/// What a service model says of one operation.
public struct OperationDescriptor: Sendable {
    /// Its name, such as `CreateFunction`.
    public let name: String
    /// The HTTP method, upper case.
    public let method: String
    /// The path template, with labels and required query parameters.
    public let uri: String
    /// The status of success.
    public let status: Int

    private let inputReference: Schema.Reference
    private let outputReference: Schema.Reference

    /// The schema of its input.
    public var input: Schema { inputReference() }
    /// The schema of its output; a structure without members where there is none.
    public var output: Schema { outputReference() }

    /// Describes an operation.
    public init(
        _ name: String, method: String, uri: String, status: Int, input: @autoclosure @escaping Schema.Reference,
        output: @autoclosure @escaping Schema.Reference
    ) {
        self.name = name
        self.method = method
        self.uri = uri
        self.status = status
        inputReference = input
        outputReference = output
    }
}

/// An operation with the Swift types of its input and output.
public struct AWSOperation<Input: AWSStructure, Output: AWSStructure>: Sendable {
    /// What the model says of it.
    public let descriptor: OperationDescriptor

    /// Describes an operation.
    public init(_ name: String, method: String, uri: String, status: Int) {
        descriptor = OperationDescriptor(
            name, method: method, uri: uri, status: status, input: Input.schema, output: Output.schema)
    }

    /// Decodes and validates a request. Throws `SerializationException` and `ValidationException`.
    public func decode(_ request: AWSRequest, labels: [String: String]) throws(AWSError) -> Input {
        Input(awsValue: try RequestDecoder.decode(request, labels: labels, as: descriptor.input))
    }

    /// Encodes the answer of success.
    public func encode(_ output: Output) -> AWSResponse {
        ResponseEncoder.encode(output.awsValue, as: descriptor.output, status: descriptor.status)
    }
}

/// A service model: its operations and errors.
public struct ServiceModel: Sendable {
    /// The service's name as in ARNs and SigV4 scopes, such as `lambda`.
    public let name: String
    /// The version of its API, a date.
    public let apiVersion: String
    /// Its operations, by name.
    public let operations: [OperationDescriptor]
    /// Its errors, by name.
    public let errors: [ErrorShape]

    /// Describes a service.
    public init(name: String, apiVersion: String, operations: [OperationDescriptor], errors: [ErrorShape]) {
        self.name = name
        self.apiVersion = apiVersion
        self.operations = operations
        self.errors = errors
    }
}
