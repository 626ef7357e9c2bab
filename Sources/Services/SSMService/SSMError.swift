internal import AWSProtocol
internal import SSMModel
internal import ServiceKit

/// The errors of the Parameter Store's use cases.
extension ErrorShape {
    /// There is no such parameter. AWS gives it no message.
    static let parameterNotFound = SSM.Errors.parameterNotFound
    /// There is no such version or label.
    static let parameterVersionNotFound = SSM.Errors.parameterVersionNotFound
    /// The name is in use.
    static let parameterAlreadyExists = SSM.Errors.parameterAlreadyExists
    /// The oldest version has a label, and so cannot give way.
    static let parameterMaxVersionLimitExceeded = SSM.Errors.parameterMaxVersionLimitExceeded
    /// The version has as many labels as it can.
    static let parameterVersionLabelLimitExceeded = SSM.Errors.parameterVersionLabelLimitExceeded
    /// The value does not match the parameter's pattern.
    static let parameterPatternMismatch = SSM.Errors.parameterPatternMismatch
    /// The parameter's pattern is no regular expression.
    static let invalidAllowedPattern = SSM.Errors.invalidAllowedPattern
    /// The path is too deep.
    static let hierarchyLevelLimitExceeded = SSM.Errors.hierarchyLevelLimitExceeded
    /// The ciphertext is not of this server's key.
    static let invalidKeyID = SSM.Errors.invalidKeyId
    /// The marker is of another listing.
    static let invalidNextToken = SSM.Errors.invalidNextToken
    /// The listing has no such filter.
    static let invalidFilterKey = SSM.Errors.invalidFilterKey
    /// The filter has no such option.
    static let invalidFilterOption = SSM.Errors.invalidFilterOption
    /// The filter's values are wrong.
    static let invalidFilterValue = SSM.Errors.invalidFilterValue
    /// A policy has an unknown type.
    static let invalidPolicyType = SSM.Errors.invalidPolicyType
    /// A policy's attributes are wrong.
    static let invalidPolicyAttribute = SSM.Errors.invalidPolicyAttribute
    /// There are policies that exclude each other.
    static let incompatiblePolicy = SSM.Errors.incompatiblePolicy
    /// The resource to tag does not exist.
    static let invalidResourceID = SSM.Errors.invalidResourceId
    /// There would be too many tags.
    static let tooManyTags = SSM.Errors.tooManyTagsError
    /// The server failed.
    static let internalServer = SSM.Errors.internalServerError
    /// A value that the model's constraints accept and the Parameter Store does not.
    static let validation = ErrorShape("ValidationException", status: 400, messageKey: "message", fault: .user)
    /// The caller may not.
    static let accessDenied = ErrorShape("AccessDeniedException", status: 400, messageKey: "Message", fault: .user)
}

extension ServiceError {
    /// The caller may not do what it asks for.
    static func accessDenied(_ context: RequestContext) -> ServiceError {
        ServiceError(
            .accessDenied,
            "User: \(context.caller.arn) is not authorized to perform: \(context.action) on resource: "
                + "arn:aws:ssm:\(context.region):\(context.account):*")
    }

    /// There is no such parameter.
    static let noParameter = ServiceError(.parameterNotFound, "")

    /// There is no such version.
    static func noVersion(_ version: String, of name: String) -> ServiceError {
        ServiceError(
            .parameterVersionNotFound,
            "Systems Manager could not find version \(version) of \(name). Verify the version and try again.")
    }
}
