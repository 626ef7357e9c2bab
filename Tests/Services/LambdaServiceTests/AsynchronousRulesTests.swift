import FunctionExecution
import Scheduler
import ServiceKit
import Domain
import EventQueue
import SeededRandom
import Telemetry
import Testing

@testable import LambdaService

@Suite struct AsynchronousRulesTests {
    private static func event(attempts: Int = 0, retries: Int = 0, accepted: Int64 = 0) throws -> QueuedEvent {
        QueuedEvent(
            number: 1,
            event: NewEvent(
                target: "arn", requestID: "id", payload: Array("{\"n\":1}".utf8), acceptedMilliseconds: accepted),
            dueMilliseconds: accepted, attempts: attempts, retries: retries)
    }

    @Test func `a function's error is tried again after one minute, then after two, then given up`() throws {
        let rules = AsynchronousRules()
        #expect(
            rules.step(after: .failed, of: try Self.event(), nowMilliseconds: 5) == .again(atMilliseconds: 60_005))
        let second = try Self.event(attempts: 1, retries: 1)
        #expect(rules.step(after: .failed, of: second, nowMilliseconds: 5) == .again(atMilliseconds: 120_005))
        let third = try Self.event(attempts: 2, retries: 2)
        #expect(rules.step(after: .failed, of: third, nowMilliseconds: 5) == .finish(.retriesExhausted))
    }

    @Test func `what is turned away backs off from a second to five minutes and counts as no retry`() throws {
        let rules = AsynchronousRules()
        let delays = try (0..<12).map { count -> Int64 in
            let event = try Self.event(attempts: count + 1, retries: 1)
            guard case .again(let moment) = rules.step(after: .turnedAway, of: event, nowMilliseconds: 0) else {
                return -1
            }
            return moment / 1000
        }
        #expect(delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    }

    @Test func `what is always turned away is tried until its age runs out`() throws {
        let rules = AsynchronousRules(maximumEventAgeSeconds: 60)
        var (now, event, tries) = (Int64(0), try Self.event(), [Int64]())
        while case .again(let moment) = rules.step(after: .turnedAway, of: event, nowMilliseconds: now) {
            (now, event.attempts) = (moment, event.attempts + 1)
            tries.append(moment / 1000)
        }
        #expect(tries == [1, 3, 7, 15, 31, 59])
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `whatever happens, an event ends within its age, and is retried no more often than it may be`(
        seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let rules = AsynchronousRules(
                maximumRetryAttempts: Int.random(in: 0...2, using: &random),
                maximumEventAgeSeconds: Int.random(in: 60...21_600, using: &random))
            var (now, event) = (Int64(0), try Self.event())
            var (end, refusals): (AsynchronousRules.Condition?, Int) = (nil, 0)
            while end == nil {
                now += Int64.random(in: 0...900_000, using: &random)
                if rules.isTooOld(event, nowMilliseconds: now) {
                    end = .eventAgeExceeded
                    break
                }
                let attempt: AsynchronousRules.Attempt = Bool.random(using: &random) ? .failed : .turnedAway
                switch rules.step(after: attempt, of: event, nowMilliseconds: now) {
                case .finish(let condition): end = condition
                case .again(let moment):
                    let minutes = [1, 2][event.retries < 2 ? event.retries : 1]
                    let backoff = [1, 2, 4, 8, 16, 32, 64, 128, 256]
                    let seconds = attempt == .failed ? minutes * 60 : refusals < 9 ? backoff[refusals] : 300
                    let age = Int64(rules.maximumEventAgeSeconds) * 1000
                    let next = now + Int64(seconds) * 1000
                    #expect(moment == (next > age && attempt == .turnedAway ? age - 1000 : next), "seed \(seed)")
                    #expect(moment > now && moment <= age, "seed \(seed)")
                    now = moment
                    event.attempts += 1
                    event.retries += attempt == .failed ? 1 : 0
                    refusals += attempt == .turnedAway ? 1 : 0
                }
            }
            #expect(event.retries <= rules.maximumRetryAttempts, "seed \(seed)")
            #expect(end != .success, "seed \(seed)")
        }
    }
}

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
            meter: FunctionMeter(), nowMilliseconds: { 1_000 })
    }

    private static func followUps(_ verdict: EventVerdict) -> [NewEvent] {
        if case .finished(let followUps) = verdict { followUps } else { [] }
    }

    @Test(arguments: [("arn:aws:sqs:us-east-1:123456789012:q", 0), ("arn:aws:s3:::b", 1)])
    func `a record that only a bucket could take waits for nobody else, and is counted`(success: String, count: Int) {
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
            followUps[1].attributes == ["RequestID": "id", "ErrorCode": "200", "ErrorMessage": "broken"])
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

    private static func chained(_ attributes: [String: String], endsLoops: Bool = true) -> EventAttempt {
        let event = NewEvent(
            target: "arn", requestID: "id", payload: Array("1".utf8), attributes: attributes, acceptedMilliseconds: 0)
        return EventAttempt(
            event: QueuedEvent(number: 1, event: event, dueMilliseconds: 0),
            target: FunctionTarget(function: function, qualifier: nil),
            settings: AsynchronousSettings(onSuccess: next, endsLoops: endsLoops), meter: FunctionMeter(),
            nowMilliseconds: { 1_000 })
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
        #expect(!Self.chained(attributes, endsLoops: false).isInLoop)
    }

    @Test func `a throttle is not a retry`() {
        let verdict = Self.attempt().verdict(on: .refused(.throttled(.callerRateLimitExceeded)), .latest)
        #expect(
            verdict == .postponed(untilMilliseconds: 2_000, isRetry: false, reason: "CallerRateLimitExceeded"))
    }
}
