internal import Domain
internal import Scheduler

// The scheduler's limits: which invocations run, wait or are throttled. Defaults are AWS's where AWS has the limit.
extension StartCommand {
    static let maxConcurrency = count(
        "max-concurrency", 1...100_000, LambdaLimits.concurrentExecutions,
        help: "Concurrent invocations in one account and region; more are throttled.")
    static let maxEnvironments = count(
        "max-environments", 1...100_000, SchedulerLimits().environments,
        help: "Execution environments on this host at a time, busy or idle.")
    static let scalingRate = count(
        "scaling-rate", 1...1_000_000, SchedulerLimits().startsPerInterval,
        help: "Environments that one function may start per 10 seconds.")
    static let requestRate = count(
        "request-rate", 1...1_000_000, SchedulerLimits().requestsPerConcurrency,
        help: "Invocations per second, for each unit of concurrency.")
    static let queueLength = count(
        "queue-length", 0...100_000, SchedulerLimits().waitingInvocations,
        help: "Invocations that may wait when the host is full.")
    static let queueSeconds = seconds(
        "queue-seconds", SchedulerLimits().waitNanoseconds, help: "How long invocations wait before they are throttled."
    )
    static let idleSeconds = seconds(
        "idle-seconds", SchedulerLimits().idleNanoseconds,
        help: "How long an idle environment is kept after its last invocation.")
    static let overcommit = Option(
        "overcommit", "FACTOR", .defaulted("4"), kind: .number, from: .file("limits.overcommit"),
        help: "Memory overcommit factor: total MemorySize of environments over host memory."
    ) { (text) throws(ValueError) -> Double in
        guard let factor = Double(text), factor > 0, factor <= 1000 else {
            throw ValueError(expectation: "a number above 0, up to 1000")
        }
        return factor
    }

    static var limitOptions: [OptionDescription] {
        [
            maxConcurrency.description, maxEnvironments.description, overcommit.description, scalingRate.description,
            requestRate.description, queueLength.description, queueSeconds.description, idleSeconds.description,
        ]
    }

    static func limits(_ arguments: Arguments) throws(UsageError) -> SchedulerLimits {
        var limits = SchedulerLimits()
        limits.accountConcurrency = try arguments.value(of: maxConcurrency)
        limits.environments = try arguments.value(of: maxEnvironments)
        limits.startsPerInterval = try arguments.value(of: scalingRate)
        limits.requestsPerConcurrency = try arguments.value(of: requestRate)
        limits.waitingInvocations = try arguments.value(of: queueLength)
        limits.waitNanoseconds = try arguments.value(of: queueSeconds)
        limits.idleNanoseconds = try arguments.value(of: idleSeconds)
        limits.ownerSharePercent = accountSharePercent
        return limits
    }

    /// How much of what others leave of the host an account may have. A quarter is enough for those that come later to
    /// begin with, and little enough that a host with one busy account is not seen to be smaller.
    private static let accountSharePercent = 75

    /// An option of the table `limits` that is a whole number.
    private static func count(
        _ name: String, _ range: ClosedRange<Int>, _ standard: Int, help: String
    ) -> Option<Int> {
        Option(
            name, "NUMBER", .defaulted("\(standard)"), kind: .integer, from: .file("limits.\(name)"), help: help
        ) { (text) throws(ValueError) -> Int in
            guard let count = Int(text), range.contains(count) else {
                throw ValueError(expectation: "a number from \(range.lowerBound) to \(range.upperBound)")
            }
            return count
        }
    }

    /// An option of the table `limits` in seconds; its value is in nanoseconds.
    private static func seconds(_ name: String, _ standard: UInt64, help: String) -> Option<UInt64> {
        let second = 1_000_000_000.0
        return Option(
            name, "SECONDS", .defaulted("\(Int(Double(standard) / second))"), kind: .number,
            from: .file("limits.\(name)"), help: help
        ) { (text) throws(ValueError) -> UInt64 in
            guard let seconds = Double(text), (0...86_400).contains(seconds) else {
                throw ValueError(expectation: "a number of seconds from 0 to 86400")
            }
            return UInt64(seconds * second)
        }
    }
}
