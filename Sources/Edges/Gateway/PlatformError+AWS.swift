internal import AWSProtocol
internal import LambdaModel
internal import Platform

extension PlatformError {
    /// The error as AWS answers it: the one table from kind to name and status.
    var aws: AWSError {
        switch kind {
        case .invalidParameterValue: AWSError(Lambda.Errors.invalidParameterValue, message)
        case .validation: .validation(message)
        case .resourceNotFound: AWSError(Lambda.Errors.resourceNotFound, message)
        case .resourceConflict: AWSError(Lambda.Errors.resourceConflict, message)
        case .preconditionFailed: AWSError(Lambda.Errors.preconditionFailed, message)
        case .invalidRequestContent: AWSError(Lambda.Errors.invalidRequestContent, message)
        case .requestTooLarge:
            // The service answers a name that its own model does not have.
            AWSError("RequestEntityTooLargeException", status: 413, message: message, fault: .user)
        case .tooManyRequests:
            AWSError(
                Lambda.Errors.tooManyRequests, message, details: reason.map { ["Reason": .string($0)] } ?? [:],
                retryAfterSeconds: 1)
        case .recursiveInvocation: AWSError(Lambda.Errors.recursiveInvocation, message)
        case .concurrencyLimit:
            // Without the Type that the model's error has, as recorded; so is the next but one.
            AWSError("InvalidParameterValueException", status: 400, message: message)
        case .provisionedConcurrencyNotFound: AWSError(Lambda.Errors.provisionedConcurrencyConfigNotFound, message)
        case .noSuchCodeSigningConfig:
            AWSError("ResourceNotFoundException", status: 404, message: message, messageKey: "Message")
        case .codeSigningConfigNotFound: AWSError(Lambda.Errors.codeSigningConfigNotFound, message)
        case .codeVerificationFailed: AWSError(Lambda.Errors.codeVerificationFailed, message)
        case .codeStorageExceeded: AWSError(Lambda.Errors.codeStorageExceeded, message)
        case .policyTooLong: AWSError(Lambda.Errors.policyLengthExceeded, message)
        case .accessDenied: AWSError("AccessDeniedException", status: 403, message: message, messageKey: "Message")
        case .invalidRuntime:
            // Lambda's own status is 502, which clients try again for many seconds; here nothing would change.
            AWSError("InvalidRuntimeException", status: 400, message: message, messageKey: "Message", fault: .user)
        case .notImplemented:
            AWSError("NotImplementedException", status: 501, message: message, fault: .server)
        case .service: AWSError(Lambda.Errors.service, message)
        }
    }
}
