internal import ServiceKit

extension ServiceError {
    /// The error for a policy that cannot be read or changed, with Lambda's messages.
    init(_ fault: ResourcePolicy.Fault) {
        switch fault {
        case .damaged: self.init(.service, "A stored policy cannot be read: the catalogue is damaged.")
        case .duplicateStatement(let id):
            self.init(
                .resourceConflict,
                "The statement id (\(id)) provided already exists. Please provide a new statement id, or remove the "
                    + "existing statement.")
        case .unknownStatement(let id):
            self.init(.resourceNotFound, "Statement \(id) is not found in resource policy.")
        case .tooLong(let bytes):
            self.init(
                .policyTooLong,
                "The final policy size (\(bytes)) is bigger than the limit (\(ResourcePolicy.limitBytes)).")
        }
    }
}
