/// What the shell has to do. In the order given.
public enum SchedulerAction<Version: ScheduledVersion>: Hashable, Sendable {
    /// Start an environment for a revision of a version; its first invocation is this one.
    case start(EnvironmentID, Version, revision: UInt64, InvocationID)
    /// Start an environment of a version's provisioned concurrency, without an invocation.
    case provision(EnvironmentID, Version)
    /// Give an invocation to an environment that is idle.
    case assign(EnvironmentID, InvocationID)
    /// Ask an environment that starts to give its invocation up for one that is free already, and report what it says.
    case withdraw(InvocationID, from: EnvironmentID, for: EnvironmentID)
    /// Keep an invocation until there is a place for it, and let the scheduler know when that moment has come.
    case wait(InvocationID, untilNanoseconds: UInt64)
    /// Answer an invocation with `TooManyRequestsException`.
    case throttle(InvocationID, ThrottleReason)
    /// End an environment that runs nothing, and report when nothing of it is left.
    case retire(EnvironmentID)
}

/// Why an invocation was refused; the names are those of Lambda's `ThrottleReason`.
public enum ThrottleReason: String, Hashable, Sendable {
    /// The account has as many invocations under way as it may, or the host had no place for a while.
    case concurrentInvocationLimitExceeded = "ConcurrentInvocationLimitExceeded"
    /// The function has as many invocations under way as are reserved for it.
    case reservedFunctionConcurrentInvocationLimitExceeded = "ReservedFunctionConcurrentInvocationLimitExceeded"
    /// The function is called more often, or needs new environments faster, than it may.
    case functionInvocationRateLimitExceeded = "FunctionInvocationRateLimitExceeded"
    /// The function is called more often than its reserved concurrency lets it.
    case reservedFunctionInvocationRateLimitExceeded = "ReservedFunctionInvocationRateLimitExceeded"
    /// The functions of the account together are called more often than they may be.
    case callerRateLimitExceeded = "CallerRateLimitExceeded"
}

/// How a version's provisioned concurrency is.
public struct ProvisionedStatus: Hashable, Sendable {
    /// The environments that were asked for.
    public var requested = 0
    /// Those that are ready, whether they run an invocation or not.
    public var available = 0
    /// Whether the last one that was started ended before it was ready.
    public var isFailing = false

    /// Nothing.
    public init() {}
}
