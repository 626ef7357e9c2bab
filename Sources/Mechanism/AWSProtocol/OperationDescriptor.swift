/// The description of one operation in a service model.
public struct OperationDescriptor: Sendable {
    /// Its name, such as `CreateFunction`.
    public let name: String
    /// The HTTP method, upper case.
    public let method: String
    /// The path template, with labels and required query parameters.
    public let uri: String
    /// The HTTP status of success.
    public let status: Int

    /// The name of the element that is the input, where a request's body is an XML document.
    public let inputElement: String?
    /// The URI of that element's namespace.
    public let inputNamespace: String?
    /// The names of the errors that it may respond with, as shapes.
    public let errors: [String]

    private let inputReference: Schema.Reference
    private let outputReference: Schema.Reference

    /// The schema of its input.
    public var input: Schema { inputReference() }
    /// The schema of its output; that of ``NoMembers`` when it has none.
    public var output: Schema { outputReference() }

    /// Describes an operation.
    public init(
        _ name: String, method: String, uri: String, status: Int, input: @autoclosure @escaping Schema.Reference,
        output: @autoclosure @escaping Schema.Reference, inputElement: String? = nil,
        inputNamespace: String? = nil, errors: [String] = []
    ) {
        self.name = name
        self.method = method
        self.uri = uri
        self.status = status
        self.inputElement = inputElement
        self.inputNamespace = inputNamespace
        self.errors = errors
        inputReference = input
        outputReference = output
    }
}
