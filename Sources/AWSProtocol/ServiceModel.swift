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
