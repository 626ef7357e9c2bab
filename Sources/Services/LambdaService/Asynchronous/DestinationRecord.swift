internal import AWSProtocol
internal import Domain
internal import EventQueue

/// The record of an asynchronous invocation for its destination: a JSON document.
///
/// Source: "Capturing records of Lambda asynchronous invocations", Lambda developer guide.
struct DestinationRecord {
    let event: QueuedEvent
    /// The function with the qualifier that was invoked.
    let functionARN: String
    let condition: InvocationCondition
    /// The function's last response, as JSON; `nil` when it never ran.
    let response: Response?
    let timestampMilliseconds: Int64

    /// A response of the function.
    struct Response {
        let payload: [UInt8]
        let executedVersion: FunctionVersion
        let isError: Bool
    }

    /// The document. Payloads are JSON already and are inserted unchanged.
    var json: [UInt8] {
        // Always with milliseconds, even if they are 0.
        let timestamp = LambdaTime.text(milliseconds: timestampMilliseconds).replacing("+0000", with: "Z")
        var text = Array(#"{"version":"1.0","timestamp":"\#(timestamp)","requestContext":"#.utf8)
        text += JSON.encode(
            .structure([
                "requestId": .string(event.event.requestID), "functionArn": .string(functionARN),
                "condition": .string(condition.rawValue),
                // How often the function has run: throttled attempts do not count.
                "approximateInvokeCount": .integer(Int64(event.retries + (response == nil ? 0 : 1))),
            ]))
        text += Array(#","requestPayload":"#.utf8) + event.event.payload
        if let response {
            var context: [String: AWSValue] = [
                "statusCode": .integer(200), "executedVersion": .string(response.executedVersion.description),
            ]
            if response.isError { context["functionError"] = .string("Unhandled") }
            text += Array(#","responseContext":"#.utf8) + JSON.encode(.structure(context))
            text += Array(#","responsePayload":"#.utf8)
            text += response.payload.isEmpty ? Array("null".utf8) : response.payload
        }
        return text + Array("}".utf8)
    }
}
