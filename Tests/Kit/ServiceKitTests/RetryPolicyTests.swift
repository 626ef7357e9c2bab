import EventQueue
import SeededRandom
import Testing

@testable import ServiceKit

@Suite struct RetryPolicyTests {
    private static func event(attempts: Int = 0, retries: Int = 0, accepted: Int64 = 0) throws -> QueuedEvent {
        QueuedEvent(
            number: 1,
            event: NewEvent(
                target: "arn", requestID: "id", payload: Array("{\"n\":1}".utf8), acceptedMilliseconds: accepted),
            dueMilliseconds: accepted, attempts: attempts, retries: retries)
    }

    @Test func `a function's error is tried again after one minute, then after two, then given up`() throws {
        let rules = RetryPolicy()
        #expect(
            rules.step(after: .failed, of: try Self.event(), nowMilliseconds: 5) == .retry(atMilliseconds: 60_005))
        let second = try Self.event(attempts: 1, retries: 1)
        #expect(rules.step(after: .failed, of: second, nowMilliseconds: 5) == .retry(atMilliseconds: 120_005))
        let third = try Self.event(attempts: 2, retries: 2)
        #expect(rules.step(after: .failed, of: third, nowMilliseconds: 5) == .finish(.retriesExhausted))
    }

    @Test func `a throttled delivery backs off from a second to five minutes, and counts no retry`() throws {
        let rules = RetryPolicy()
        let delays = try (0..<12).map { count -> Int64 in
            let event = try Self.event(attempts: count + 1, retries: 1)
            guard case .retry(let moment) = rules.step(after: .throttled, of: event, nowMilliseconds: 0) else {
                return -1
            }
            return moment / 1000
        }
        #expect(delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    }

    @Test func `a delivery that is always throttled is tried until its age runs out`() throws {
        var rules = RetryPolicy()
        rules.maximumEventAgeSeconds = 60
        var (now, event, tries) = (Int64(0), try Self.event(), [Int64]())
        while case .retry(let moment) = rules.step(after: .throttled, of: event, nowMilliseconds: now) {
            (now, event.attempts) = (moment, event.attempts + 1)
            tries.append(moment / 1000)
        }
        #expect(tries == [1, 3, 7, 15, 31, 59])
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `every delivery ends within its age, with no more retries than its maximum`(
        seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            var rules = RetryPolicy()
            rules.maximumRetryAttempts = Int.random(in: 0...2, using: &random)
            rules.maximumEventAgeSeconds = Int.random(in: 60...21_600, using: &random)
            var (now, event) = (Int64(0), try Self.event())
            var (end, refusals): (RetryPolicy.End?, Int) = (nil, 0)
            while end == nil {
                now += Int64.random(in: 0...900_000, using: &random)
                if rules.isTooOld(event, nowMilliseconds: now) {
                    end = .eventAgeExceeded
                    break
                }
                let attempt: RetryPolicy.Attempt = Bool.random(using: &random) ? .failed : .throttled
                switch rules.step(after: attempt, of: event, nowMilliseconds: now) {
                case .finish(let condition): end = condition
                case .retry(let moment):
                    let minutes = [1, 2][event.retries < 2 ? event.retries : 1]
                    let backoff = [1, 2, 4, 8, 16, 32, 64, 128, 256]
                    let seconds = attempt == .failed ? minutes * 60 : refusals < 9 ? backoff[refusals] : 300
                    let age = Int64(rules.maximumEventAgeSeconds) * 1000
                    let next = now + Int64(seconds) * 1000
                    #expect(moment == (next > age && attempt == .throttled ? age - 1000 : next), "seed \(seed)")
                    #expect(moment > now && moment <= age, "seed \(seed)")
                    now = moment
                    event.attempts += 1
                    event.retries += attempt == .failed ? 1 : 0
                    refusals += attempt == .throttled ? 1 : 0
                }
            }
            #expect(event.retries <= rules.maximumRetryAttempts, "seed \(seed)")
            #expect(end != .succeeded, "seed \(seed)")
        }
    }
}
