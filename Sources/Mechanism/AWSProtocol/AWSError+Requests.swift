/// The errors of requests that are no call of an operation, by protocol.
extension AWSError {
    /// A request that names no operation.
    static let missingAction = AWSError("MissingAction", status: 400, message: "Missing Action")

    /// An operation that the service does not have in this version.
    static func invalidAction(_ action: String, version: String?) -> AWSError {
        let version = version.map { String($0.prefix(64)) } ?? "NO_VERSION_SPECIFIED"
        return AWSError(
            "InvalidAction", status: 400,
            message: "Could not find operation \(action.prefix(128)) for version \(version)")
    }

    /// A request that names no operation of the service in its header.
    static let unknownTarget = AWSError(
        "UnknownOperationException", status: 400, message: "The requested operation is not recognized by the service.")

    /// A document that is not well-formed, or not what the operation expects; S3's words.
    static let malformedXML = AWSError(
        "MalformedXML", status: 400,
        message: "The XML you provided was not well-formed or did not validate against our published schema",
        fault: .user)

    /// A path of operations with other methods.
    static func methodNotAllowed(_ method: String) -> AWSError {
        AWSError(
            "UnknownOperationException", status: 405,
            message: "The requested operation is not recognized by the service: this path has no \(method.prefix(16)).")
    }

    /// A path or query that cannot be decoded.
    static let malformedPath = AWSError.serialization("The path or query is not valid percent-encoded UTF-8.")

    /// A form with invalid percent-encoding.
    ///
    /// Source: "Common errors", IAM API reference, for the status too.
    static let malformedQueryString = AWSError(
        "MalformedQueryString", status: 404, message: "The query string contains a syntax error.")

    /// Parameters that do not match the operation's input.
    static func malformedInput(_ message: String) -> AWSError {
        AWSError("MalformedInput", status: 400, message: message)
    }
}
