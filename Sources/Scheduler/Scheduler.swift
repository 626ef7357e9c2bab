/// Decides which execution environment runs which invocation. A pure value: events in, actions out; no clock, no I/O.
///
/// The shell around it holds a lock, reports what happened, and performs the actions after it has released the lock.
/// Rules, as Lambda's documentation gives them ("Understanding Lambda function scaling", "Lambda execution
/// environment lifecycle" in the Lambda developer guide):
/// - an environment runs one invocation at a time, and only of the revision it was made for;
/// - the idle environment used last serves the next invocation; a new one is started only when none is idle;
/// - an account never has more invocations under way than its limit, not even for an instant;
/// - a new revision retires the idle environments of the old one at once and the busy ones after their invocation.
public struct Scheduler<Function: Hashable & Sendable, Account: Hashable & Sendable>: Sendable {
    private var environments: [EnvironmentID: Environment] = [:]
    private var pools: [Function: Pool] = [:]
    private var concurrency: [Account: Int] = [:]
    /// The idle environments of all functions, the one used longest ago first.
    private var idleByAge = IdleList()
    private var lastEnvironment: UInt32 = 0
    private let limits: SchedulerLimits

    /// Makes a scheduler without environments.
    public init(limits: SchedulerLimits = SchedulerLimits()) {
        self.limits = limits
    }
}

/// Names an execution environment while the server runs. Never 0; not reused before 2³¹ others were made.
public struct EnvironmentID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Numbers are below this: the highest bit is left to those who keep the number in 32 bits with something else.
    static let limit: UInt32 = 1 << 31

    /// The number.
    public let number: UInt32

    /// Names an environment by its number.
    public init(number: UInt32) { self.number = number }

    /// The number in decimal.
    public var description: String { "\(number)" }

    /// Orders by number.
    public static func < (left: EnvironmentID, right: EnvironmentID) -> Bool { left.number < right.number }
}

/// Names an invocation while the server runs.
public struct InvocationID: Hashable, Sendable {
    /// The number.
    public let number: UInt64

    /// Names an invocation by its number.
    public init(number: UInt64) { self.number = number }
}

/// What the scheduler keeps within.
public struct SchedulerLimits: Sendable {
    /// Invocations at once of one account in one region. Lambda's default quota is 1 000.
    public var accountConcurrency = 1000
    /// Environments at once on this host, busy or idle.
    public var environments = 1000
    /// How long an environment may stay idle, in nanoseconds. Lambda does not promise a figure; a quarter of an hour
    /// keeps a developer's function warm between two looks at its output.
    public var idleNanoseconds: UInt64 = 15 * 60 * 1_000_000_000

    /// Lambda's defaults.
    public init() {}
}

/// What the shell has to do. In the order given.
public enum SchedulerAction<Function: Hashable & Sendable>: Hashable, Sendable {
    /// Start an environment for a function's revision; its first invocation is this one.
    case start(EnvironmentID, Function, revision: UInt64, InvocationID)
    /// Give an invocation to an environment that is idle.
    case assign(EnvironmentID, InvocationID)
    /// Answer an invocation with `TooManyRequestsException`.
    case throttle(InvocationID, ThrottleReason)
    /// End an environment that runs nothing.
    case retire(EnvironmentID)
}

/// Why an invocation was refused; the names are those of Lambda's `ThrottleReason`.
public enum ThrottleReason: String, Hashable, Sendable {
    /// The account has as many invocations under way as it may, or the host as many environments as it can.
    case concurrentInvocationLimitExceeded = "ConcurrentInvocationLimitExceeded"
}

extension Scheduler {
    /// One environment and what it does.
    private struct Environment {
        enum State {
            /// Started for this invocation; its runtime has not asked for work yet. → busy, or gone.
            case starting(InvocationID)
            /// Runs this invocation. → idle, or gone.
            case busy(InvocationID)
            /// Runs nothing since then. → busy, or gone.
            case idle(sinceNanoseconds: UInt64)
        }

        var state: State
        let function: Function
        let account: Account
        let revision: UInt64
        /// A newer revision exists: the environment ends with its invocation.
        var isOutdated = false
    }

    /// The environments of one function that are idle, the one used last at the end.
    private struct Pool {
        var revision: UInt64
        var idle: [EnvironmentID] = []
        var members: Set<EnvironmentID> = []
    }

    /// An invocation has arrived for a function's revision.
    ///
    /// A revision that is newer than the last one seen outdates the environments of the older one; an invocation that
    /// was resolved just before an update still gets what it was resolved to.
    public mutating func invoke(
        _ invocation: InvocationID, function: Function, revision: UInt64, account: Account, nowNanoseconds: UInt64
    ) -> [SchedulerAction<Function>] {
        var actions = update(function, revision: revision)
        guard concurrency[account, default: 0] < limits.accountConcurrency else {
            return actions + [.throttle(invocation, .concurrentInvocationLimitExceeded)]
        }
        if let environment = takeIdle(of: function, revision: revision) {
            concurrency[account, default: 0] += 1
            environments[environment]?.state = .busy(invocation)
            return actions + [.assign(environment, invocation)]
        }
        if environments.count >= limits.environments {
            guard let oldest = idleByAge.first else {
                return actions + [.throttle(invocation, .concurrentInvocationLimitExceeded)]
            }
            remove(oldest)
            actions.append(.retire(oldest))
        }
        concurrency[account, default: 0] += 1
        let environment = makeEnvironment(for: invocation, function: function, revision: revision, account: account)
        return actions + [.start(environment, function, revision: revision, invocation)]
    }

    /// An environment's runtime has asked for its first invocation. `nil` when the environment is gone.
    public mutating func environmentStarted(_ id: EnvironmentID) -> InvocationID? {
        guard case .starting(let invocation)? = environments[id]?.state else { return nil }
        environments[id]?.state = .busy(invocation)
        return invocation
    }

    /// An environment has answered its invocation and asks for the next one.
    public mutating func environmentFinished(
        _ id: EnvironmentID, nowNanoseconds: UInt64
    ) -> [SchedulerAction<Function>] {
        guard let environment = environments[id], case .busy = environment.state else { return [] }
        release(environment.account)
        guard !environment.isOutdated else {
            remove(id)
            return [.retire(id)]
        }
        environments[id]?.state = .idle(sinceNanoseconds: nowNanoseconds)
        pools[environment.function]?.idle.append(id)
        idleByAge.append(id)
        return []
    }

    /// An environment is gone, or is being killed: its process has ended, or its invocation has timed out.
    ///
    /// - Returns: the invocation that it took with it, if any.
    public mutating func environmentEnded(_ id: EnvironmentID) -> InvocationID? {
        guard let environment = environments[id] else { return nil }
        remove(id)
        switch environment.state {
        case .idle: return nil
        case .starting(let invocation), .busy(let invocation):
            release(environment.account)
            return invocation
        }
    }

    /// A function has a new revision: retires idle environments of older ones, and the busy ones once they are done.
    public mutating func update(_ function: Function, revision: UInt64) -> [SchedulerAction<Function>] {
        guard let known = pools[function]?.revision else {
            pools[function] = Pool(revision: revision)
            return []
        }
        guard revision > known else { return [] }
        pools[function]?.revision = revision
        return outdate(function)
    }

    /// A function is gone: its environments go with it, the busy ones once they are done.
    public mutating func delete(_ function: Function) -> [SchedulerAction<Function>] {
        let actions = outdate(function)
        pools[function] = nil
        return actions
    }

    /// Retires the environments that have been idle for longer than they may.
    public mutating func expireIdle(nowNanoseconds: UInt64) -> [SchedulerAction<Function>] {
        var actions: [SchedulerAction<Function>] = []
        while let oldest = idleByAge.first, case .idle(let since)? = environments[oldest]?.state,
            nowNanoseconds >= since + limits.idleNanoseconds
        {
            remove(oldest)
            actions.append(.retire(oldest))
        }
        return actions
    }

    /// How many invocations of an account are under way.
    public func concurrency(of account: Account) -> Int { concurrency[account, default: 0] }

    /// How many environments there are, and how many of them are idle.
    public var environmentCount: (all: Int, idle: Int) { (environments.count, idleByAge.count) }
}

extension Scheduler {
    private mutating func takeIdle(of function: Function, revision: UInt64) -> EnvironmentID? {
        guard let pool = pools[function], pool.revision == revision else { return nil }
        guard let environment = pools[function]?.idle.popLast() else { return nil }
        idleByAge.remove(environment)
        return environment
    }

    private mutating func makeEnvironment(
        for invocation: InvocationID, function: Function, revision: UInt64, account: Account
    ) -> EnvironmentID {
        repeat {
            lastEnvironment = (lastEnvironment + 1) % EnvironmentID.limit
        } while lastEnvironment == 0
            || environments[EnvironmentID(number: lastEnvironment)] != nil
        let id = EnvironmentID(number: lastEnvironment)
        var environment = Environment(
            state: .starting(invocation), function: function, account: account, revision: revision)
        environment.isOutdated = pools[function]?.revision != revision
        environments[id] = environment
        pools[function]?.members.insert(id)
        return id
    }

    private mutating func outdate(_ function: Function) -> [SchedulerAction<Function>] {
        let idle = pools[function]?.idle ?? []
        for id in pools[function]?.members ?? [] { environments[id]?.isOutdated = true }
        for id in idle { remove(id) }
        return idle.map { .retire($0) }
    }

    private mutating func remove(_ id: EnvironmentID) {
        guard let environment = environments.removeValue(forKey: id) else { return }
        pools[environment.function]?.members.remove(id)
        if case .idle = environment.state {
            pools[environment.function]?.idle.removeAll { $0 == id }
            idleByAge.remove(id)
        }
    }

    private mutating func release(_ account: Account) {
        guard let count = concurrency[account] else { return }
        concurrency[account] = count > 1 ? count - 1 : nil
    }
}
