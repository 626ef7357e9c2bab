/// An operation with the Swift types of its input and output.
public struct AWSOperation<Input: AWSStructure, Output: AWSStructure>: Sendable {
    /// Its name, such as `CreateFunction`.
    public let name: String

    private let source: Source

    private enum Source: Sendable {
        case library(ModelLibrary)
        case descriptor(OperationDescriptor)
    }

    /// An operation of a model. Its description is read when it is needed.
    public init(_ name: String, in library: ModelLibrary) {
        self.name = name
        source = .library(library)
    }

    /// Describes an operation.
    public init(_ name: String, method: String, uri: String, status: Int) {
        self.name = name
        source = .descriptor(
            OperationDescriptor(
                name, method: method, uri: uri, status: status, input: Input.schema, output: Output.schema))
    }

    /// The operation's description in the service model.
    public var descriptor: OperationDescriptor {
        switch source {
        case .descriptor(let descriptor): return descriptor
        case .library(let library):
            guard let descriptor = library.operation(name) else {
                preconditionFailure("the model has no operation \(name)")
            }
            return descriptor
        }
    }

    /// Decodes and validates a request with HTTP bindings and JSON. Throws `SerializationException` and
    /// `ValidationException`.
    public func decode(_ request: AWSRequest, labels: [String: String]) throws(AWSError) -> Input {
        Input(awsValue: try RequestDecoder.decode(request, labels: labels, as: descriptor.input))
    }

    /// Encodes the success response with HTTP bindings and JSON.
    public func encode(_ output: Output) -> AWSResponse {
        let descriptor = descriptor
        return ResponseEncoder.encode(output.awsValue, as: descriptor.output, status: descriptor.status)
    }
}
