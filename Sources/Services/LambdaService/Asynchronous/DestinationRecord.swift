internal import AWSProtocol
internal import Domain
internal import EventQueue

/// What a destination is told of an asynchronous invocation: a JSON document.
///
/// Source: "Capturing records of Lambda asynchronous invocations", Lambda developer guide.
struct DestinationRecord {
    let event: QueuedEvent
    /// The function with the qualifier that was invoked.
    let functionARN: String
    let condition: InvocationCondition
    /// What the function answered last, as JSON; `nil` when it was never run.
    let response: Response?
    let timestampMilliseconds: Int64

    /// An answer of the function.
    struct Response {
        let payload: [UInt8]
        let executedVersion: FunctionVersion
        let isError: Bool
    }

    /// The document. Payloads are JSON already and go in as they are.
    var json: [UInt8] {
        // Milliseconds are always written, also where they are 0.
        let timestamp = LambdaTime.text(milliseconds: timestampMilliseconds).replacing("+0000", with: "Z")
        var text = Array(#"{"version":"1.0","timestamp":"\#(timestamp)","requestContext":"#.utf8)
        text += JSON.encode(
            .structure([
                "requestId": .string(event.event.requestID), "functionArn": .string(functionARN),
                "condition": .string(condition.rawValue),
                // How often the function has run: what a limit turned away is not counted.
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
