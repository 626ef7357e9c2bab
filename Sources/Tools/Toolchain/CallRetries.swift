/// When a call is sent again: as AWS's clients do in their standard mode.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.
public struct CallRetries: Sendable {
    private let attemptLimit: Int
    private let sleep: @Sendable (_ milliseconds: Int) -> Void
    private let random: @Sendable () -> Double

    /// AWS's standard number of attempts.
    public static let standardAttemptLimit = 3
    /// The longest wait before an attempt.
    private static let longestMilliseconds = 20_000.0

    /// Describes retries.
    ///
    /// - Parameters:
    ///   - attemptLimit: how often a call is sent at most; at least once.
    ///   - sleep: waits.
    ///   - random: a number from 0 to below 1, of which each wait is that part: clients must not come all at once.
    public init(
        attemptLimit: Int = CallRetries.standardAttemptLimit, sleep: @escaping @Sendable (_ milliseconds: Int) -> Void,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        (self.attemptLimit, self.sleep, self.random) = (max(1, attemptLimit), sleep, random)
    }

    /// The answer of the last attempt.
    func answer(of call: LambdaCall, _ exchange: LambdaClient.Exchange) throws -> LambdaAnswer {
        var attempt = 1
        while true {
            do {
                let answer = try exchange(call)
                guard attempt < attemptLimit, Self.isTransient(answer), call.isRepeatable || answer.status == 429 else {
                    return answer
                }
            } catch let failure as any TransientFailure {
                guard attempt < attemptLimit, failure.isTransient, call.isRepeatable else { throw failure }
            }
            sleep(Int(min(1_000 * Double(1 << min(attempt - 1, 10)), Self.longestMilliseconds) * random()))
            attempt += 1
        }
    }

    /// The result of a change to a function. One that an earlier change delays is sent again until that has taken
    /// effect.
    ///
    /// - Throws: what the change throws; the refusal too when it still holds after five minutes, when AWS's own waiters
    ///   give up.
    func settled<Result>(_ change: () throws -> Result) throws -> Result {
        var (waited, wait) = (0, Self.shortestSettlingMilliseconds)
        while true {
            do {
                return try change()
            } catch let refusal as LambdaRefusal where refusal.isForNow {
                guard waited < Self.settlingMilliseconds else { throw refusal }
                sleep(wait)
                waited += wait
                wait = min(wait * 2, Self.longestSettlingMilliseconds)
            }
        }
    }

    private static let shortestSettlingMilliseconds = 20
    private static let longestSettlingMilliseconds = 1_000
    private static let settlingMilliseconds = 300_000

    /// Whether a later attempt may succeed: the server was throttling, or had a failure of its own.
    private static func isTransient(_ answer: LambdaAnswer) -> Bool {
        [429, 500, 502, 503, 504].contains(answer.status)
    }
}

/// A failure of an exchange that knows whether a later attempt may succeed.
public protocol TransientFailure: Error {
    /// Whether it may.
    var isTransient: Bool { get }
}
