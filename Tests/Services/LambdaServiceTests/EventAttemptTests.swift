import Domain
import EventQueue
import FunctionExecution
import Scheduler
import ServiceKit
import Telemetry
import Testing

@testable import LambdaService

@Suite struct EventAttemptTests {
    private static let function = FunctionID(
        account: AccountID("123456789012").unsafelyUnwrapped, region: Region("us-east-1").unsafelyUnwrapped,
        name: FunctionName("f").unsafelyUnwrapped)

    private static func attempt(
        retries: Int = 2, refusals: Int = 0, destination: String? = "arn:d", queue: String? = "arn:q",
        success: String = "arn:s"
    ) -> EventAttempt {
        let settings = AsynchronousSettings(onSuccess: success, onFailure: destination, deadLetterQueue: queue)
        let event = QueuedEvent(
            number: 1,
            event: NewEvent(
                target: "arn", requestID: "id", payload: Array("{\"n\":1}".utf8), acceptedMilliseconds: 0),
            dueMilliseconds: 0, attempts: retries + refusals, retries: retries)
        return EventAttempt(
            event: event, target: FunctionTarget(function: function, qualifier: nil), settings: settings,
            meter: FunctionMeter(), traceHeader: "Root=1-5", nowMilliseconds: { 1_000 })
    }

    private static func followUps(_ verdict: EventVerdict) -> [NewEvent] {
        if case .finished(let followUps) = verdict { followUps } else { [] }
    }

    @Test(arguments: [("arn:aws:sqs:us-east-1:123456789012:q", 0), ("arn:aws:s3:::b", 1)])
    func `a record that only a bucket could take is not queued for another target, and is counted`(
        success: String, count: Int
    ) {
        let attempt = Self.attempt(retries: 0, success: success)
        let answer = Array("\"\(String(repeating: "x", count: 2 << 20))\"".utf8)
        #expect(Self.followUps(attempt.verdict(on: .answered(answer, logTail: []), .latest)).count == count)
        #expect(attempt.meter.counts.destinationDeliveryFailures == 1 - UInt64(count))
        #expect(attempt.meter.counts.asyncEventsDropped == 0)
    }

    @Test func `success is recorded for its destination as Lambda writes it`() {
        let verdict = Self.attempt(retries: 0).verdict(
            on: .answered(Array("[2]".utf8), logTail: []), .number(3))
        let record = Self.followUps(verdict)
        #expect(record.map(\.target) == ["arn:s"])
        #expect(
            String(decoding: record[0].payload, as: UTF8.self) == """
                {"version":"1.0","timestamp":"1970-01-01T00:00:01.000Z","requestContext":{"approximateInvokeCount":1,\
                "condition":"Success","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST",\
                "requestId":"id"},"requestPayload":{"n":1},"responseContext":{"executedVersion":"3","statusCode":200},\
                "responsePayload":[2]}
                """)
    }

    @Test func `the last failure goes to the destination as a record and to the dead-letter queue as the event`() {
        let error = Array(#"{"errorMessage":"broken"}"#.utf8)
        let followUps = Self.followUps(Self.attempt().verdict(on: .failed(error, logTail: []), .latest))
        #expect(followUps.map(\.target) == ["arn:d", "arn:q"])
        let record = String(decoding: followUps[0].payload, as: UTF8.self)
        #expect(record.contains(#""condition":"RetriesExhausted""#) && record.contains(#""functionError":"Unhandled""#))
        #expect(followUps[1].payload == Array("{\"n\":1}".utf8))
        #expect(
            followUps[1].attributes == [
                "Message:RequestID": "id", "Message:ErrorCode": "200", "Message:ErrorMessage": "broken",
                "TraceHeader": "Root=1-5",
            ])
    }

    @Test func `an event that was never run has no response in its record`() {
        let record = Self.followUps(Self.attempt(queue: nil).finish(.eventAgeExceeded, nil))
        #expect(!String(decoding: record[0].payload, as: UTF8.self).contains("response"))
    }

    @Test(arguments: [(0, 0), (0, 7), (2, 0), (2, 7)])
    func `a record counts the times that the function has run, and not those that it was throttled`(
        retries: Int, refusals: Int
    ) throws {
        let attempt = Self.attempt(retries: retries, refusals: refusals, queue: nil)
        func text(_ verdict: EventVerdict) -> String {
            Self.followUps(verdict).map { String(decoding: $0.payload, as: UTF8.self) }.joined()
        }
        #expect(text(attempt.finish(.eventAgeExceeded, nil)).contains(#""approximateInvokeCount":\#(retries),"#))
        let answer = attempt.verdict(on: .answered([], logTail: []), .latest)
        #expect(text(answer).contains(#""approximateInvokeCount":\#(retries + 1),"#))
    }

    private static let next = "arn:aws:lambda:us-east-1:123456789012:function:g"

    private static func chained(_ attributes: [String: String], stopsLoops: Bool = true) -> EventAttempt {
        let event = NewEvent(
            target: "arn", requestID: "id", payload: Array("1".utf8), attributes: attributes, acceptedMilliseconds: 0)
        return EventAttempt(
            event: QueuedEvent(number: 1, event: event, dueMilliseconds: 0),
            target: FunctionTarget(function: function, qualifier: nil),
            settings: AsynchronousSettings(onSuccess: next, stopsLoops: stopsLoops), meter: FunctionMeter(),
            traceHeader: "Root=1-5", nowMilliseconds: { 1_000 })
    }

    @Test func `a record for a function is no longer than an event may be`() {
        func records(_ count: Int) -> Int {
            let answer = Array("\"\(String(repeating: "x", count: count))\"".utf8)
            return Self.followUps(Self.chained([:]).verdict(on: .answered(answer, logTail: []), .latest)).count
        }
        #expect(records(LambdaLimits.asynchronousPayloadBytes - 1_000) == 1)
        #expect(records(LambdaLimits.asynchronousPayloadBytes) == 0)
    }

    @Test func `a chain of destinations ends when it has led to a function sixteen times`() {
        let own = "Runs:\(Self.function)"
        var attributes = ["Runs:other": "3"]
        for run in 1...16 {
            let attempt = Self.chained(attributes)
            #expect(!attempt.isInLoop)
            let record = Self.followUps(attempt.verdict(on: .answered([], logTail: []), .latest))[0]
            #expect(record.attributes[own] == String(run) && record.attributes["Runs:other"] == "3")
            attributes = record.attributes
        }
        #expect(Self.chained(attributes).isInLoop)
        #expect(!Self.chained(attributes, stopsLoops: false).isInLoop)
    }

    @Test func `a throttle is not a retry`() {
        let verdict = Self.attempt().verdict(on: .refused(.throttled(.callerRateLimitExceeded)), .latest)
        #expect(
            verdict == .postponed(untilMilliseconds: 2_000, isRetry: false, reason: "CallerRateLimitExceeded"))
    }
}
