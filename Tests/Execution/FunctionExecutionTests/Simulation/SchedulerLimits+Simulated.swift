import Scheduler
import SeededRandom

extension SchedulerLimits {
    /// Limits that a simulation reaches often.
    static func simulated(using random: inout SeededGenerator) -> SchedulerLimits {
        var limits = SchedulerLimits()
        limits.accountConcurrency = Int.random(in: 1...8, using: &random)
        limits.environments = Int.random(in: 1...8, using: &random)
        limits.waitingInvocations = Int.random(in: 0...6, using: &random)
        limits.requestsPerConcurrency = 1_000_000
        limits.idleNanoseconds = 5_000_000_000
        return limits
    }
}
