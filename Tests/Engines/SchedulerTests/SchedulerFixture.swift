@testable public import Scheduler

/// A version in words, for tests of one rule each.
struct NamedVersion: ScheduledVersion, ExpressibleByStringLiteral {
    let function: String
    var number = 1
    var account = "account"
    /// What comes before a stroke: `account/region`.
    var owner: Substring { account.prefix { $0 != "/" } }

    init(_ function: String, number: Int = 1, account: String = "account") {
        self.function = function
        self.number = number
        self.account = account
    }

    init(stringLiteral function: String) { self.init(function) }
}

typealias TestScheduler = Scheduler<NamedVersion>
typealias TestAction = SchedulerAction<NamedVersion>

struct Unexpected: Error { let actions: [TestAction] }

extension InvocationID: ExpressibleByIntegerLiteral {
    /// Names an invocation by its number.
    public init(integerLiteral number: UInt64) { self.init(number: number) }
}

extension Scheduler<NamedVersion> {
    init(_ change: (inout SchedulerLimits) -> Void) {
        var limits = SchedulerLimits()
        change(&limits)
        self.init(limits: limits)
    }

    mutating func invoke(
        _ invocation: InvocationID, _ version: NamedVersion = "f", revision: UInt64 = 1, memory: Int = 128,
        at now: UInt64 = 0
    ) -> [TestAction] {
        invoke(invocation, of: version, revision: revision, memoryMebibytes: memory, nowNanoseconds: now)
    }

    /// An environment that has answered its first invocation.
    mutating func idle(_ invocation: InvocationID, _ version: NamedVersion = "f", memory: Int = 128) throws
        -> EnvironmentID
    {
        let id = try busy(invocation, version, memory: memory)
        _ = environmentFinished(id, nowNanoseconds: 0)
        return id
    }

    /// An environment that runs an invocation.
    mutating func busy(
        _ invocation: InvocationID, _ version: NamedVersion = "f", memory: Int = 128
    ) throws -> EnvironmentID {
        let id = try started(invoke(invocation, version, memory: memory))
        environmentStarted(id)
        return id
    }

    /// Provisioned environments that are ready.
    mutating func provision(_ version: NamedVersion, _ count: Int, memory: Int = 128) -> [EnvironmentID] {
        let actions = provision(version, count: count, revision: 1, memoryMebibytes: memory, nowNanoseconds: 0)
        let ids = provisioned(actions)
        for id in ids { _ = environmentReady(id, nowNanoseconds: 0) }
        return ids
    }
}

/// The environment that is started last.
func started(_ actions: [TestAction]) throws -> EnvironmentID {
    guard case .start(let environment, _, _, _)? = actions.last else { throw Unexpected(actions: actions) }
    return environment
}

func provisioned(_ actions: [TestAction]) -> [EnvironmentID] {
    actions.compactMap { if case .provision(let id, _) = $0 { id } else { nil } }
}
