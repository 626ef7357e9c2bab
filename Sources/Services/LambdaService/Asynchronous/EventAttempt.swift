internal import AWSProtocol
internal import Domain
internal import EventQueue
internal import FunctionExecution
internal import Scheduler
internal import ServiceKit
internal import Telemetry

/// One attempt at an asynchronous invocation: decides what follows from its result.
struct EventAttempt: Sendable {
    let event: QueuedEvent
    let target: FunctionTarget
    let settings: AsynchronousSettings
    /// The function's meter.
    let meter: FunctionMeter
    /// The X-Ray header of the function's last run, or the one that it would have.
    var traceHeader: String
    let nowMilliseconds: @Sendable () -> Int64

    /// The name of the attribute with the client context.
    static let clientContext = "ClientContext"
    /// The name of the attribute with the X-Ray header.
    static let traceID = "TraceId"

    /// The prefix of attributes that count a function's runs in the chain of destinations that led to an event: `Runs:`
    /// and the function's ARN.
    private static let runs = "Runs:"
    /// The highest number of runs of one function in one chain.
    ///
    /// Source: "Use Lambda recursive loop detection to prevent infinite loops", Lambda developer guide.
    static let runsPerChain = 16

    /// Whether the function has run so often in the chain of this event that its destinations form a loop.
    var isInLoop: Bool { settings.stopsLoops && runs(of: target.function) >= Self.runsPerChain }

    private func runs(of function: FunctionID) -> Int {
        event.event.attributes["\(Self.runs)\(function)"].flatMap { Int($0) } ?? 0
    }

    /// Whether the event is too old for another attempt.
    var isTooOld: Bool { settings.retries.isTooOld(event, nowMilliseconds: nowMilliseconds()) }

    /// What follows from the result of the invocation.
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
        case .refused(let refusal):
            // No runtime ran, so there is no payload of one: its record says why, in the form of an error.
            let error = ServiceError(refusal)
            let payload = JSON.encode(
                .structure(["errorType": .string(error.shape.name), "errorMessage": .string(error.message)]))
            return after(
                .failed, DestinationRecord.Response(payload: payload, executedVersion: version, isError: true),
                reason: error.message)
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

    /// Ends the event of a recursive loop. A record for its destination would only continue the loop.
    func breakLoop() -> EventVerdict {
        meter.count(\.recursiveInvocationsDropped)
        meter.count(\.asyncEventsDropped)
        return .finished()
    }

    /// Ends the event: follow-ups are the record for its destination, and the event itself for the dead-letter queue.
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
                ? [followUp(to: destination, record.json, attributes)]
                : [invocation(of: destination, record.json, attributes)]
        }
        if !hasSucceeded, let queue = settings.deadLetterQueue {
            var attributes = deadLetterAttributes(condition, response)
            attributes[OutgoingMessage.traceHeader] = traceHeader
            followUps.append(followUp(to: queue, event.event.payload, attributes))
        }
        let fitting = followUps.filter { Self.fits($0) }
        for _ in fitting.count..<followUps.count { meter.count(\.destinationDeliveryFailures) }
        return .finished(followUps: fitting)
    }

    /// Whether a message is within the limit of its target. A record for a function is an event with the limit of any
    /// other, as each record contains the one before it. Queues, topics and buses take 1 MiB at most; a longer message
    /// must not be retried until it expires. Only a bucket takes records of any length.
    ///
    /// Source: "Amazon SQS message quotas" in the SQS developer guide.
    private static func fits(_ message: NewEvent) -> Bool {
        message.payload.count <= LambdaLimits.asynchronousPayloadBytes || ARN(message.target)?.service == "s3"
    }

    /// The event for a function as destination, with the runs of its chain.
    private func invocation(of function: String, _ record: [UInt8], _ attributes: [String: String]) -> NewEvent {
        var attributes = attributes
        for (name, count) in event.event.attributes where name.hasPrefix(Self.runs) { attributes[name] = count }
        attributes["\(Self.runs)\(target.function)"] = String(runs(of: target.function) + 1)
        return followUp(to: function, record, attributes)
    }

    private func followUp(to target: String, _ payload: [UInt8], _ attributes: [String: String]) -> NewEvent {
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
            OutgoingMessage.resources: "\(destination) \(functionARN)",
            OutgoingMessage.objectKey: key, OutgoingMessage.traceHeader: traceHeader,
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
        // A payload that is not the JSON of an error is shown unchanged.
        let message = (try? JSON.decode(payload))?["errorMessage"]
        guard case .string(let text) = message else { return String(decoding: payload.prefix(1024), as: UTF8.self) }
        return String(decoding: text.utf8.prefix(1024), as: UTF8.self)
    }
}
