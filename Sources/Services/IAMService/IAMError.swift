internal import AWSProtocol
internal import Domain
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
    /// The document is not a policy.
    static let malformedPolicyDocument = IAM.Errors.malformedPolicyDocument
    /// A quota would be exceeded.
    static let limitExceeded = IAM.Errors.limitExceeded
    /// A value that the model's constraints accept and IAM does not.
    static let invalidInput = IAM.Errors.invalidInput
    /// A violated constraint, by its name in the query protocol.
    static let validation = ErrorShape("ValidationError", status: 400, messageKey: "message", fault: .user)
    /// The caller is not authorized.
    static let accessDenied = ErrorShape("AccessDenied", status: 403, messageKey: "message", fault: .user)
    /// The server failed.
    static let serviceFailure = IAM.Errors.serviceFailure
}

extension ServiceError {
    /// There is no such role.
    static func noRole(_ name: String) -> ServiceError {
        ServiceError(.noSuchEntity, "The role with name \(name) cannot be found.")
    }

    /// There is no such managed policy.
    static func noPolicy(_ arn: String) -> ServiceError {
        ServiceError(.noSuchEntity, "Policy \(arn) was not found.")
    }

    /// The document is not a policy.
    static func malformed(_ message: String) -> ServiceError { ServiceError(.malformedPolicyDocument, message) }

    /// A quota would be exceeded; `name` is IAM's name for it.
    static func quota(_ name: String, _ limit: Int) -> ServiceError {
        ServiceError(.limitExceeded, "Cannot exceed quota for \(name): \(limit)")
    }

    /// The policy that should bound a role's permissions does not exist.
    static func noBoundary(_ policy: PolicyARN?) -> ServiceError {
        ServiceError(
            .noSuchEntity, "Scope ARN: \(policy?.description ?? "") does not exist or is not attachable.")
    }
}

extension PolicyARN {
    /// Reads the ARN of a managed policy that a request names.
    init(checking text: String) throws(ServiceError) {
        guard let arn = PolicyARN(text) else {
            throw ServiceError(.invalidInput, "ARN \(text.prefix(2048)) is not valid.")
        }
        self = arn
    }

    /// Reads the ARN of the policy that a request names as a boundary.
    init(boundary text: String) throws(ServiceError) {
        guard let arn = PolicyARN(text) else {
            throw ServiceError(.validation, "Invalid ARN: \(text.prefix(512))")
        }
        self = arn
    }
}
