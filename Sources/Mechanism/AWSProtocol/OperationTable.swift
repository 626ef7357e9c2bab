/// A service's operations by name, for the protocols whose requests name theirs.
struct OperationTable: Sendable {
    private let service: ServiceModel
    private let operations: [String: OperationDescriptor]

    init(_ service: ServiceModel) {
        self.service = service
        operations = Dictionary(service.operations.map { ($0.name, $0) }) { first, _ in first }
    }

    /// An operation; `nil` when the service has none of that name. Throws for one that its model only names.
    func operation(_ name: String) throws(AWSError) -> OperationDescriptor? {
        if let operation = operations[name] { return operation }
        guard service.otherOperations.contains(name) else { return nil }
        throw .notImplemented(service: service.name, operation: name)
    }
}
