/// What the scheduler keeps within.
///
/// Source: "Understanding Lambda function scaling" and "Lambda quotas" in the Lambda developer guide.
public struct SchedulerLimits: Hashable, Sendable {
    /// Invocations at once of one account in one region. Lambda's default quota is 1 000.
    public var accountConcurrency = 1000
    /// Environments that may be started for one function in one interval, beside its provisioned ones. Lambda's
    /// figure is 1 000.
    public var startsPerInterval = 1000
    /// That interval, in nanoseconds. Lambda's is 10 seconds.
    public var startIntervalNanoseconds: UInt64 = 10_000_000_000
    /// Requests in a second for each invocation that may run at once. Lambda's figure is 10.
    public var requestsPerConcurrency = 10
    /// Environments at once on this host, busy or not.
    public var environments = 1000
    /// The memory that all environments on this host may be promised together, in MB (2²⁰ bytes).
    public var memoryMebibytes = Int.max
    /// How much of what others leave of the host an owner may have, in percent, once there are others: one whose
    /// invocations last for minutes would otherwise keep all others out for as long. Each may have one environment.
    public var ownerSharePercent = 100
    /// Invocations that may wait for a place on a full host.
    public var waitingInvocations = 1000
    /// How long an invocation waits for a place on a full host, in nanoseconds: about as long as a client that is
    /// throttled would wait before it asks again.
    public var waitNanoseconds: UInt64 = 2_000_000_000
    /// How long an environment may stay idle, in nanoseconds. Lambda does not promise a figure; a quarter of an hour
    /// keeps a developer's function warm between two looks at its output.
    public var idleNanoseconds: UInt64 = 15 * 60 * 1_000_000_000

    /// Lambda's defaults.
    public init() {}

    /// What all environments together may take of the host.
    var host: HostShare { HostShare(environments: environments, memoryMebibytes: memoryMebibytes) }

    /// Whether owners leave a part of the host to each other.
    var isShared: Bool { ownerSharePercent < 100 }

    /// What one owner may take of the host beside others.
    func share(beside others: HostShare) -> HostShare {
        let left = host - others
        let kept = 100 - ownerSharePercent
        return HostShare(
            environments: left.environments - left.environments / 100 * kept - left.environments % 100 * kept / 100,
            memoryMebibytes: left.memoryMebibytes - left.memoryMebibytes / 100 * kept)
    }
}

/// A part of the host: places for environments, and the memory that they are promised.
struct HostShare: Hashable, Sendable {
    var environments = 0
    var memoryMebibytes = 0

    /// One environment of a size.
    static func one(memoryMebibytes: Int) -> HostShare {
        HostShare(environments: 1, memoryMebibytes: memoryMebibytes)
    }

    /// Whether both parts are within a limit.
    func fits(_ limit: HostShare) -> Bool {
        environments <= limit.environments && memoryMebibytes <= limit.memoryMebibytes
    }

    static func + (left: HostShare, right: HostShare) -> HostShare {
        HostShare(
            environments: left.environments + right.environments,
            memoryMebibytes: left.memoryMebibytes + right.memoryMebibytes)
    }

    static func - (left: HostShare, right: HostShare) -> HostShare {
        HostShare(
            environments: left.environments - right.environments,
            memoryMebibytes: left.memoryMebibytes - right.memoryMebibytes)
    }

    static func += (left: inout HostShare, right: HostShare) { left = left + right }
    static func -= (left: inout HostShare, right: HostShare) { left = left - right }
}
