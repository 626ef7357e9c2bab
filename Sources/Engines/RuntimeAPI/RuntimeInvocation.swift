public import HTTP

/// What a runtime gets of one invocation when it asks for the next one.
///
/// Source: "Using the Lambda runtime API for custom runtimes", *Next invocation*, Lambda developer guide.
public struct RuntimeInvocation: Sendable {
    /// The request id, a UUID: `Lambda-Runtime-Aws-Request-Id`.
    public var requestID: String
    /// The event, as the caller sent it.
    public var payload: [UInt8]
    /// When the function times out, in milliseconds since 1970: `Lambda-Runtime-Deadline-Ms`.
    public var deadlineMilliseconds: Int64
    /// The ARN that the caller invoked: `Lambda-Runtime-Invoked-Function-Arn`.
    public var functionARN: String
    /// The X-Ray header of this invocation: `Lambda-Runtime-Trace-Id`.
    public var traceID: String
    /// What a mobile client said of itself, as JSON: `Lambda-Runtime-Client-Context`.
    public var clientContext: String?
    /// Who the mobile client is, as JSON: `Lambda-Runtime-Cognito-Identity`.
    public var cognitoIdentity: String?

    /// Describes an invocation.
    public init(
        requestID: String, payload: [UInt8], deadlineMilliseconds: Int64, functionARN: String, traceID: String,
        clientContext: String? = nil, cognitoIdentity: String? = nil
    ) {
        self.requestID = requestID
        self.payload = payload
        self.deadlineMilliseconds = deadlineMilliseconds
        self.functionARN = functionARN
        self.traceID = traceID
        self.clientContext = clientContext
        self.cognitoIdentity = cognitoIdentity
    }

    /// The answer to `GET /runtime/invocation/next`.
    public func response() -> HTTPResponse {
        // AWS's own client for Python crashes where Content-Type is missing.
        var headers: [(name: String, value: String)] = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", requestID),
            ("Lambda-Runtime-Deadline-Ms", String(deadlineMilliseconds)),
            ("Lambda-Runtime-Invoked-Function-Arn", functionARN),
            ("Lambda-Runtime-Trace-Id", traceID),
        ]
        if let clientContext { headers.append(("Lambda-Runtime-Client-Context", clientContext)) }
        if let cognitoIdentity { headers.append(("Lambda-Runtime-Cognito-Identity", cognitoIdentity)) }
        return HTTPResponse(status: 200, headers: headers, body: .bytes(payload))
    }
}

/// An error that a runtime reports: of its function, or of its start.
public struct RuntimeFault: Hashable, Sendable {
    /// The error's JSON, as the runtime sent it: `errorMessage`, `errorType`, `stackTrace`.
    public var payload: [UInt8]
    /// The category: `Lambda-Runtime-Function-Error-Type`, such as `Runtime.ImportModuleError`.
    public var type: String?

    /// Describes a fault.
    public init(payload: [UInt8], type: String?) {
        self.payload = payload
        self.type = type
    }
}
