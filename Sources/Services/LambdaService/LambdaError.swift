internal import AWSProtocol
internal import LambdaModel
internal import ServiceKit

/// The errors of Lambda's use cases. Most are the model's; the others are errors that Lambda returns and its model does
/// not have, or that recordings show differently.
extension ErrorShape {
    /// A parameter has a value that no rule of the model catches.
    static let invalidParameterValue = Lambda.Errors.invalidParameterValue
    /// A parameter breaks a constraint that Lambda checks and its model does not have.
    static let validation = ErrorShape("ValidationException", status: 400, messageKey: "message", fault: nil)
    /// The function, layer or version does not exist.
    static let resourceNotFound = Lambda.Errors.resourceNotFound
    /// The resource exists already, or is being changed.
    static let resourceConflict = Lambda.Errors.resourceConflict
    /// A `RevisionId` that is not the current one.
    static let preconditionFailed = Lambda.Errors.preconditionFailed
    /// The event is not JSON.
    static let invalidRequestContent = Lambda.Errors.invalidRequestContent
    /// The request is too long. Lambda returns a name that its own model does not have.
    static let requestTooLarge = ErrorShape(
        "RequestEntityTooLargeException", status: 413, messageKey: "message", fault: .user)
    /// A limit on concurrency or rate was reached.
    static let tooManyRequests = Lambda.Errors.tooManyRequests
    /// A chain of invocations has come back to a function too often.
    static let recursiveInvocation = Lambda.Errors.recursiveInvocation
    /// More concurrency is requested than the account has left: recorded without the `Type` of the model's error.
    static let concurrencyLimit = ErrorShape(
        "InvalidParameterValueException", status: 400, messageKey: "message", fault: nil)
    /// A version or alias has no provisioned concurrency.
    static let provisionedConcurrencyNotFound = Lambda.Errors.provisionedConcurrencyConfigNotFound
    /// The code signing configuration does not exist: recorded without the `Type` of the model's error.
    static let noSuchCodeSigningConfig = ErrorShape(
        "ResourceNotFoundException", status: 404, messageKey: "Message", fault: nil)
    /// A function refers to a code signing configuration that does not exist.
    static let codeSigningConfigNotFound = Lambda.Errors.codeSigningConfigNotFound
    /// The code is not signed, and the function's code signing configuration requires it.
    static let codeVerificationFailed = Lambda.Errors.codeVerificationFailed
    /// The account's code would exceed its limit.
    static let codeStorageExceeded = Lambda.Errors.codeStorageExceeded
    /// A policy exceeds its limit.
    static let policyTooLong = Lambda.Errors.policyLengthExceeded
    /// The caller is not authorized.
    static let accessDenied = ErrorShape("AccessDeniedException", status: 403, messageKey: "Message", fault: nil)
    /// The host cannot run the function: its interpreter or its architecture is missing. Lambda's own status is 502,
    /// which clients retry for many seconds, and here nothing would change.
    static let invalidRuntime = ErrorShape(
        "InvalidRuntimeException", status: 400, messageKey: "Message", fault: .user)
    /// A feature of Lambda that Strata does not have yet.
    static let notImplemented = ErrorShape(
        "NotImplementedException", status: 501, messageKey: "message", fault: .server)
    /// The server failed.
    static let service = Lambda.Errors.service
}

extension ServiceError {
    /// A parameter with a value that is not accepted, and the reason.
    static func invalidParameter(_ message: String) -> ServiceError {
        ServiceError(.invalidParameterValue, message)
    }

    /// A `RevisionId` that is not the current one.
    ///
    /// - Parameter operation: the operation that returns the current one.
    static func staleRevision(_ operation: String) -> ServiceError {
        ServiceError(
            .preconditionFailed,
            "The Revision Id provided does not match the latest Revision Id. Call the \(operation) API to retrieve the "
                + "latest Revision Id")
    }

    /// A resource that does not exist, where Lambda does not name it.
    static let noSuchResource = ServiceError(.resourceNotFound, "The resource you requested does not exist.")

    /// The resource has no policy to remove a statement from.
    static let noPolicy = ServiceError(.resourceNotFound, "No policy is associated with the given resource.")

    /// A caller that no policy allows the request.
    static func denied(_ request: PolicyRequest) -> ServiceError {
        ServiceError(
            .accessDenied,
            "User: \(request.caller.arn) is not authorized to perform: \(request.action) on resource: "
                + "\(request.resource) because no resource-based policy allows the \(request.action) action")
    }
}
