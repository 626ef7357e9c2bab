internal import AWSProtocol
internal import IAMModel
internal import Platform

extension IdentityError {
    /// The error as IAM and STS answer it: the one table from kind to name and status.
    var aws: AWSError {
        switch kind {
        case .noSuchEntity: AWSError(IAM.Errors.noSuchEntity, message)
        case .entityAlreadyExists: AWSError(IAM.Errors.entityAlreadyExists, message)
        case .deleteConflict: AWSError(IAM.Errors.deleteConflict, message)
        case .malformedPolicyDocument: AWSError(IAM.Errors.malformedPolicyDocument, message)
        case .limitExceeded: AWSError(IAM.Errors.limitExceeded, message)
        case .invalidInput: AWSError(IAM.Errors.invalidInput, message)
        // What the query protocol calls a constraint that is violated, and a call that is not allowed.
        case .validation: AWSError("ValidationError", status: 400, message: message, fault: .user)
        case .accessDenied: AWSError("AccessDenied", status: 403, message: message, fault: .user)
        case .serviceFailure: AWSError(IAM.Errors.serviceFailure, message)
        }
    }
}
