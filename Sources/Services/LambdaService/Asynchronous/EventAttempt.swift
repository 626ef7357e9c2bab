internal import ServiceKit
internal import FunctionExecution
internal import AWSProtocol
internal import Domain
internal import EventQueue
internal import Scheduler
internal import Telemetry

/// One attempt at an asynchronous invocation: what follows from how it ends.
struct EventAttempt: Sendable {
    let event: QueuedEvent
    let target: FunctionTarget
    let settings: AsynchronousSettings
    /// The function's.
    let meter: FunctionMeter
    let nowMilliseconds: @Sendable () -> Int64

    /// Names of the attributes that an event of a function has.
    static let clientContext = "ClientContext"
    static let traceID = "TraceId"

    /// How often a function has run in the chain of destinations that led to an event: `Runs:` and the function's ARN.
    private static let runs = "Runs:"
    /// Runs of one function in one chain.
    ///
    /// Source: "Use Lambda recursive loop detection to prevent infinite loops", Lambda developer guide.
    static let runsPerChain = 16

    /// Whether the function has run so often in the chain of this event that destinations must lead in a circle.
    var isInLoop: Bool { settings.endsLoops && runs(of: target.function) >= Self.runsPerChain }

    private func runs(of function: FunctionID) -> Int {
        event.event.attributes["\(Self.runs)\(function)"].flatMap { Int($0) } ?? 0
    }

    /// Whether the event must not be tried any more.
    var isTooOld: Bool { settings.retries.isTooOld(event, nowMilliseconds: nowMilliseconds()) }

    /// What follows from the function's answer.
    func verdict(on result: InvocationResult, _ version: FunctionVersion) -> EventVerdict {
        switch result {
        case .answered(let payload, _):
            return finish(
                .success, DestinationRecord.Response(payload: payload, executedVersion: version, isError: false))
        case .failed(let payload, _):
            let response = DestinationRecord.Response(payload: payload, executedVersion: version, isError: true)
            return after(.failed, response, reason: "The function failed: \(Self.excerpt(payload))")
        case .refused(.throttled(let reason)): return after(.throttled, nil, reason: reason.rawValue)
        case .refused(.unavailable(let message, _)): return after(.throttled, nil, reason: message)
        case .refused(let refusal): return after(.failed, nil, reason: ServiceError(refusal).message)
        }
    }

    private func after(
        _ attempt: RetryPolicy.Attempt, _ response: DestinationRecord.Response?, reason: String
    ) -> EventVerdict {
        switch settings.retries.step(after: attempt, of: event, nowMilliseconds: nowMilliseconds()) {
        case .finish(let end): finish(InvocationCondition(end), response)
        case .retry(let moment):
            .postponed(untilMilliseconds: moment, isRetry: attempt == .failed, reason: reason)
        }
    }

    /// Ends the event of a function that has come back to itself too often. A record of that would only go on in the
    /// circle.
    func breakLoop() -> EventVerdict {
        meter.count(\.recursiveInvocationsDropped)
        meter.count(\.asyncEventsDropped)
        return .finished()
    }

    /// Ends the event: with a record for its destination, and itself for the dead-letter queue.
    func finish(
        _ condition: InvocationCondition, _ response: DestinationRecord.Response?
    ) -> EventVerdict {
        let hasSucceeded = condition == .success
        if !hasSucceeded { meter.count(\.asyncEventsDropped) }
        let functionARN = FunctionARN(target.function, qualifier: target.qualifier ?? .latest).description
        var followUps: [NewEvent] = []
        if let destination = hasSucceeded ? settings.onSuccess : settings.onFailure {
            let record = DestinationRecord(
                event: event, functionARN: functionARN, condition: condition, response: response,
                timestampMilliseconds: nowMilliseconds())
            let attributes = recordAttributes(functionARN, destination, condition)
            followUps +=
                FunctionARN(destination) == nil
                ? [follow(destination, record.json, attributes)] : invoke(destination, record.json, attributes)
        }
        if !hasSucceeded, let queue = settings.deadLetterQueue {
            followUps.append(follow(queue, event.event.payload, deadLetterAttributes(condition, response)))
        }
        let fitting = followUps.filter { Self.fits($0) }
        for _ in fitting.count..<followUps.count { meter.count(\.destinationDeliveryFailures) }
        return .finished(followUps: fitting)
    }

    /// Whether a message is one that its target could take. A record for a function is an event, and no longer than
    /// any other: each holds the one before it. Queues, topics and buses take 1 MiB at most, and what none of them
    /// takes must not wait for them. Only a bucket takes any record.
    ///
    /// Source: "Amazon SQS message quotas" in the SQS developer guide.
    private static func fits(_ message: NewEvent) -> Bool {
        message.payload.count <= LambdaLimits.asynchronousPayloadBytes || ARN(message.target)?.service == "s3"
    }

    private func invoke(_ function: String, _ record: [UInt8], _ attributes: [String: String]) -> [NewEvent] {
        var attributes = attributes
        for (name, count) in event.event.attributes where name.hasPrefix(Self.runs) { attributes[name] = count }
        attributes["\(Self.runs)\(target.function)"] = String(runs(of: target.function) + 1)
        return [follow(function, record, attributes)]
    }

    private func follow(_ target: String, _ payload: [UInt8], _ attributes: [String: String]) -> NewEvent {
        NewEvent(
            target: target, requestID: event.event.requestID, payload: payload, attributes: attributes,
            source: self.target.arn.description, acceptedMilliseconds: nowMilliseconds())
    }

    private func recordAttributes(
        _ functionARN: String, _ destination: String, _ condition: InvocationCondition
    ) -> [String: String] {
        let time = LambdaTime.text(milliseconds: nowMilliseconds())
        let (day, clock) = (time.prefix(10), time.dropFirst(11).prefix(8).replacing(":", with: "."))
        // Source: "Adding a destination", *S3*, Lambda developer guide:
        // aws/lambda/async/<function-name>/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-<Random UUID>.
        let key =
            "aws/lambda/async/\(target.function.name)/\(day.replacing("-", with: "/"))/\(day)T\(clock)-"
            + RequestIdentifier.make()
        return [
            OutgoingMessage.eventSource: "lambda",
            OutgoingMessage.detailType:
                "Lambda Function Invocation Result - \(condition == .success ? "Success" : "Failure")",
            OutgoingMessage.resources: "\(functionARN) \(destination)",
            OutgoingMessage.account: target.function.account.description,
            OutgoingMessage.region: target.function.region.description, OutgoingMessage.objectKey: key,
        ]
    }

    /// Source: "Adding a dead-letter queue", Lambda developer guide: `RequestID`, `ErrorCode` (the status), and
    /// `ErrorMessage`, the first kilobyte of the message.
    private func deadLetterAttributes(
        _ condition: InvocationCondition, _ response: DestinationRecord.Response?
    ) -> [String: String] {
        let attributes = [
            "RequestID": event.event.requestID, "ErrorCode": response == nil ? "429" : "200",
            "ErrorMessage": response.map { Self.excerpt($0.payload) } ?? condition.rawValue,
        ]
        let prefix = OutgoingMessage.messageAttributePrefix
        return Dictionary(attributes.map { (prefix + $0.key, $0.value) }) { first, _ in first }
    }

    /// The message of an error, or its beginning.
    private static func excerpt(_ payload: [UInt8]) -> String {
        // What is not an error's JSON is shown as it is.
        let message = (try? JSON.decode(payload))?["errorMessage"]
        guard case .string(let text) = message else { return String(decoding: payload.prefix(1024), as: UTF8.self) }
        return String(decoding: text.utf8.prefix(1024), as: UTF8.self)
    }
}
