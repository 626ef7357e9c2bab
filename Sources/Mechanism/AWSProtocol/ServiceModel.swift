/// A service model: its operations and errors.
public struct ServiceModel: Sendable {
    /// The service's name in ARNs and SigV4 scopes, such as `lambda`.
    public let name: String
    /// The version of its API, a date.
    public let apiVersion: String
    /// Its operations, by name.
    public let operations: [OperationDescriptor]
    /// Its errors, by name.
    public let errors: [ErrorShape]
    /// The names of the service's operations that `operations` does not describe.
    public let otherOperations: Set<String>
    /// Its wire protocol.
    public let wireFormat: WireFormat
    /// The prefix of `X-Amz-Target` in the protocols that send it, such as `DynamoDB_20120810`; `nil` in the others.
    public let targetPrefix: String?
    /// Whether its messages about violated constraints omit the values.
    public let hidesValues: Bool

    /// The wire protocols of services.
    public enum WireFormat: Sendable, Equatable {
        /// HTTP bindings and JSON documents (Smithy, restJson1).
        case restJSON
        /// Form parameters, and responses in XML of this namespace (Smithy, awsQuery).
        case query(namespace: String)
    }

    /// Describes a service.
    public init(
        name: String, apiVersion: String, operations: [OperationDescriptor], errors: [ErrorShape],
        otherOperations: Set<String> = [], wireFormat: WireFormat = .restJSON, targetPrefix: String? = nil,
        hidesValues: Bool = false
    ) {
        self.name = name
        self.apiVersion = apiVersion
        self.operations = operations
        self.errors = errors
        self.otherOperations = otherOperations
        self.wireFormat = wireFormat
        self.targetPrefix = targetPrefix
        self.hidesValues = hidesValues
    }
}
