public import HTTP
internal import AWSProtocol

/// What an extension can register for.
public enum ExtensionEventKind: String, Hashable, Sendable {
    /// Every invocation.
    case invoke = "INVOKE"
    /// The end of the environment; for external extensions only.
    case shutdown = "SHUTDOWN"
}

/// Why an environment ends: the `shutdownReason`.
public enum ShutdownReason: String, Hashable, Sendable {
    /// It has been idle for long, or its function has changed.
    case spindown
    /// An invocation took too long.
    case timeout
    /// The runtime or an extension failed.
    case failure
}

/// What an extension gets when it asks for the next event.
///
/// Source: "Lambda Extensions API", *Next*, in the Lambda developer guide.
public enum ExtensionEvent: Hashable, Sendable {
    /// An invocation begins. The deadline is in milliseconds since 1970.
    case invoke(requestID: String, functionARN: String, traceID: String, deadlineMilliseconds: Int64)
    /// The environment ends at the deadline.
    case shutdown(ShutdownReason, deadlineMilliseconds: Int64)

    /// The answer to `GET /extension/event/next`.
    ///
    /// - Parameter identifier: names this delivery, a UUID.
    public func response(identifier: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", "application/json"), ("Lambda-Extension-Event-Identifier", identifier),
            ], body: .bytes(body))
    }

    private var body: [UInt8] {
        switch self {
        case .invoke(let requestID, let functionARN, let traceID, let deadline):
            let tracing = JSONFields.object([("type", "X-Amzn-Trace-Id"), ("value", traceID)])
            return JSONFields.object([
                ("eventType", Self.text("INVOKE")), ("deadlineMs", Array(String(deadline).utf8)),
                ("requestId", Self.text(requestID)), ("invokedFunctionArn", Self.text(functionARN)),
                ("tracing", tracing),
            ])
        case .shutdown(let reason, let deadline):
            return JSONFields.object([
                ("eventType", Self.text("SHUTDOWN")), ("shutdownReason", Self.text(reason.rawValue)),
                ("deadlineMs", Array(String(deadline).utf8)),
            ])
        }
    }

    private static func text(_ text: String) -> [UInt8] { JSON.encode(.string(text)) }
}
