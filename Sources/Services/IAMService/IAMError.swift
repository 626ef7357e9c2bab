internal import AWSProtocol
internal import IAMModel
internal import ServiceKit

/// The errors of IAM's and STS's use cases.
extension ErrorShape {
    /// A role, policy or version does not exist.
    static let noSuchEntity = IAM.Errors.noSuchEntity
    /// The name is in use.
    static let entityAlreadyExists = IAM.Errors.entityAlreadyExists
    /// The resource is still in use.
    static let deleteConflict = IAM.Errors.deleteConflict
    /// The text of a policy is not a policy.
    static let malformedPolicyDocument = IAM.Errors.malformedPolicyDocument
    /// A quota would be exceeded.
    static let limitExceeded = IAM.Errors.limitExceeded
    /// A value that no constraint of the model catches.
    static let invalidInput = IAM.Errors.invalidInput
    /// What the query protocol calls a constraint that is violated.
    static let validation = ErrorShape("ValidationError", status: 400, messageKey: "message", fault: .user)
    /// The caller is not authorized.
    static let accessDenied = ErrorShape("AccessDenied", status: 403, messageKey: "message", fault: .user)
    /// The server failed.
    static let serviceFailure = IAM.Errors.serviceFailure
}

extension ServiceError {
    static func noRole(_ name: String) -> ServiceError {
        ServiceError(.noSuchEntity, "The role with name \(name) cannot be found.")
    }

    static func noPolicy(_ arn: String) -> ServiceError {
        ServiceError(.noSuchEntity, "Policy \(arn) was not found.")
    }

    static func malformed(_ message: String) -> ServiceError { ServiceError(.malformedPolicyDocument, message) }

    static func quota(_ name: String, _ limit: Int) -> ServiceError {
        ServiceError(.limitExceeded, "Cannot exceed quota for \(name): \(limit)")
    }
}
