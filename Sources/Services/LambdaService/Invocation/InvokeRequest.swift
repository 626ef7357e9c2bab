/// A request to run a function, as read from HTTP.
struct InvokeRequest: Sendable {
    /// The caller's reference to the function: any form of `FunctionName`.
    var functionName: String
    /// The `Qualifier` parameter.
    var qualifier: String?
    /// The event; empty means `{}`.
    var payload: [UInt8]
    /// The client context as sent, in base64.
    var clientContext: String?
    /// The X-Ray header.
    var traceID: String?
    /// Whether the tail of the log goes with the response: `LogType`.
    var wantsLogTail: Bool
    /// The request id in the response.
    var requestID: String

    /// Describes a request.
    init(
        functionName: String, qualifier: String?, payload: [UInt8], clientContext: String?, traceID: String?,
        wantsLogTail: Bool, requestID: String
    ) {
        self.functionName = functionName
        self.qualifier = qualifier
        self.payload = payload
        self.clientContext = clientContext
        self.traceID = traceID
        self.wantsLogTail = wantsLogTail
        self.requestID = requestID
    }
}
