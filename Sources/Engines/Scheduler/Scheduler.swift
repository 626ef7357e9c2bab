/// Decides which execution environment runs which invocation. A pure value: events in, actions out; no clock, no I/O.
///
/// The shell around it holds a lock, reports what happened, and performs the actions after it has released the lock.
/// Rules, as Lambda's documentation gives them ("Understanding Lambda function scaling", "Lambda execution
/// environment lifecycle" in the Lambda developer guide):
/// - an environment runs one invocation at a time, and only of the revision it was made for;
/// - the idle environment used last serves the next invocation, a provisioned one before any other; a new one is
///   started only when none is idle; an invocation that one is started for takes another that comes free before;
/// - an account never has more invocations under way than its limit, nor a function than are reserved for it, not even
///   for an instant; what would exceed a limit is throttled at once;
/// - a new revision retires the idle environments of the old one at once and the busy ones after their invocation.
///
/// And its own, for a host that is smaller than a region: never more environments, nor more memory promised to them,
/// than the host has; what only the host keeps from starting waits a short while, and environments that have been idle
/// for longest make room.
public struct Scheduler<Version: ScheduledVersion>: Sendable {
    var environments: [EnvironmentID: Environment] = [:]
    var pools: [Version: Pool] = [:]
    var ledger: ConcurrencyLedger<Version>
    var line = WaitingLine<Version>()
    /// Versions with fewer provisioned environments than were asked for.
    var lacking = OrderedList<Version>()
    /// The idle environments of all versions but provisioned ones, the one used longest ago first.
    var idleByAge = OrderedList<EnvironmentID>()
    /// What all environments take of the host, and of that those which are idle or ending.
    var used = HostShare()
    var idle = HostShare()
    var ending = HostShare()
    /// The same of each owner that has had an environment.
    var owners: [Version.Owner: OwnerShare] = [:]
    /// Invocations that are to move from the environment that starts for them to one that is free, by that one.
    var withdrawals: [EnvironmentID: Withdrawal] = [:]
    /// Invocations that wait or have an environment.
    var runningCount = 0
    private var lastEnvironment: UInt32 = 0
    let limits: SchedulerLimits

    /// Makes a scheduler without environments.
    public init(limits: SchedulerLimits = SchedulerLimits()) {
        self.limits = limits
        ledger = ConcurrencyLedger(limits: limits)
    }

    /// What an owner takes of the host, of that what is ending or idle, and what may end for its own invocations.
    struct OwnerShare: Sendable {
        var used = HostShare()
        var ending = HostShare()
        var idle = HostShare()
        /// Those of ``Scheduler/idleByAge`` that are its.
        var idleByAge = OrderedList<EnvironmentID>()
    }

    /// One environment and what it does.
    struct Environment: Sendable {
        enum State: Sendable {
            /// Started, for this invocation or before any; its runtime has not asked for work. → busy, idle, ending.
            case starting(InvocationID?)
            /// Free for an invocation that another environment starts for, as soon as that one gives it up. → busy,
            /// idle, ending.
            case reserved
            /// Runs this invocation. → idle, busy, ending.
            case busy(InvocationID)
            /// Runs nothing since then. → busy, ending.
            case idle(sinceNanoseconds: UInt64)
            /// Is being ended, and still takes its place on the host. → gone.
            case ending
        }

        var state: State
        let version: Version
        let revision: UInt64
        let memoryMebibytes: Int
        let kind: ConcurrencyCount.Kind
        /// A newer revision exists: the environment ends with its invocation.
        var isOutdated = false
        /// It has answered an invocation.
        var hasWorked = false
        /// The environment that is to run the invocation that this one starts for.
        var withdrawnFor: EnvironmentID?

        var share: HostShare { .one(memoryMebibytes: memoryMebibytes) }
    }

    /// The environments of one version.
    struct Pool: Sendable {
        var revision: UInt64
        /// Those that are idle, the one used last at the end.
        var idle: [EnvironmentID] = []
        var idleProvisioned: [EnvironmentID] = []
        /// Those that start for an invocation, the oldest first.
        var starting = OrderedList<EnvironmentID>()
        /// Those that start without the invocation that they were started for: another one has it, or is to have it.
        var unclaimed: Set<EnvironmentID> = []
        /// All of them but those that are ending.
        var members: Set<EnvironmentID> = []
        var provision = Provision()
    }
}

extension Scheduler {
    /// An invocation has arrived for a version's revision.
    ///
    /// A revision that is newer than the last one seen outdates the environments of the older one; an invocation that
    /// was resolved just before an update still gets what it was resolved to.
    public mutating func invoke(
        _ invocation: InvocationID, of version: Version, revision: UInt64, memoryMebibytes: Int, nowNanoseconds: UInt64
    ) -> [SchedulerAction<Version>] {
        let (isCurrent, idle) = idleEnvironment(of: version, revision: revision)
        if let idle, let kind = environments[idle]?.kind {
            if let reason = ledger.admit(version, kind, nowNanoseconds: nowNanoseconds) {
                return [.throttle(invocation, reason)]
            }
            runningCount += 1
            leaveIdle(idle)
            environments[idle]?.state = .busy(invocation)
            return [.assign(idle, invocation)]
        }
        let actions = isCurrent ? [] : update(version, revision: revision)
        if let reason = ledger.refusal(version, .onDemand, nowNanoseconds: nowNanoseconds) {
            return actions + [.throttle(invocation, reason)]
        }
        guard ledger.mayStart(version, nowNanoseconds: nowNanoseconds) else {
            return actions + [.throttle(invocation, .functionInvocationRateLimitExceeded)]
        }
        let waiter = WaitingLine<Version>.Waiter(
            invocation: invocation, version: version, revision: revision, memoryMebibytes: memoryMebibytes,
            sinceNanoseconds: nowNanoseconds)
        return actions + startOrWait(waiter)
    }

    /// An environment runs the invocation that it was started for.
    ///
    /// - Returns: that invocation; `nil` when the environment does not start for one, or is ending.
    @discardableResult
    public mutating func environmentStarted(_ id: EnvironmentID) -> InvocationID? {
        guard let environment = environments[id], case .starting(let invocation?) = environment.state else {
            return nil
        }
        pools[environment.version]?.starting.remove(id)
        environments[id]?.state = .busy(invocation)
        // It did not give the invocation up, even where that is reported later.
        environments[id]?.withdrawnFor = nil
        pools[environment.version]?.unclaimed.remove(id)
        return invocation
    }

    /// An environment has started without an invocation, and can take one.
    public mutating func environmentReady(
        _ id: EnvironmentID, nowNanoseconds: UInt64
    ) -> [SchedulerAction<Version>] {
        guard let environment = environments[id], case .starting = environment.state else { return [] }
        if environment.kind == .provisioned, !environment.isOutdated {
            pools[environment.version]?.provision.noteReady()
        }
        // It has given its invocation up, even where that is reported later.
        environments[id]?.withdrawnFor = nil
        pools[environment.version]?.unclaimed.remove(id)
        return release(id, environment, nowNanoseconds: nowNanoseconds)
    }

    /// An environment has answered its invocation and can take the next one.
    public mutating func environmentFinished(
        _ id: EnvironmentID, nowNanoseconds: UInt64
    ) -> [SchedulerAction<Version>] {
        guard let environment = environments[id], case .busy = environment.state else { return [] }
        finish(environment.version, environment.kind)
        if !environment.hasWorked {
            environments[id]?.hasWorked = true
            if environment.kind == .provisioned { pools[environment.version]?.provision.noteWork() }
        }
        return release(id, environment, nowNanoseconds: nowNanoseconds)
    }

    /// An environment shuts down by itself: it runs nothing any more, and keeps its part of the host until it is
    /// reported as gone.
    ///
    /// - Returns: the invocation that is over with that, if any.
    public mutating func environmentLeaving(
        _ id: EnvironmentID, nowNanoseconds: UInt64
    ) -> (invocation: InvocationID?, actions: [SchedulerAction<Version>]) {
        guard let environment = environments[id] else { return (nil, []) }
        var over: InvocationID?
        switch environment.state {
        case .ending: return (nil, [])
        case .idle, .reserved: break
        case .starting(let invocation): over = hadInvocation(environment) ? invocation : nil
        case .busy(let invocation): over = invocation
        }
        // That it is to end is what was reported.
        _ = retire(id)
        if over != nil { finish(environment.version, environment.kind) }
        noteLoss(of: environment, nowNanoseconds: nowNanoseconds)
        return (over, useRoom(nowNanoseconds: nowNanoseconds))
    }

    /// Nothing of an environment is left: it was retired, its process has ended by itself, or it could not be started.
    ///
    /// - Returns: the invocation that it took with it, if any.
    public mutating func environmentEnded(
        _ id: EnvironmentID, nowNanoseconds: UInt64
    ) -> (invocation: InvocationID?, actions: [SchedulerAction<Version>]) {
        guard let environment = environments[id] else { return (nil, []) }
        var lost: InvocationID?
        switch environment.state {
        case .ending:
            ending -= environment.share
            owners[environment.version.owner]?.ending -= environment.share
        case .idle, .reserved: depart(id, environment)
        case .starting(let invocation):
            depart(id, environment)
            lost = hadInvocation(environment) ? invocation : nil
        case .busy(let invocation):
            depart(id, environment)
            lost = invocation
        }
        environments[id] = nil
        used -= environment.share
        owners[environment.version.owner]?.used -= environment.share
        if lost != nil { finish(environment.version, environment.kind) }
        noteLoss(of: environment, nowNanoseconds: nowNanoseconds)
        forgetIfGone(environment.version)
        return (lost, useRoom(nowNanoseconds: nowNanoseconds))
    }

    /// A version has a new revision: retires idle environments of older ones, and the busy ones once they are done.
    public mutating func update(_ version: Version, revision: UInt64) -> [SchedulerAction<Version>] {
        guard let known = pools[version]?.revision else {
            pools[version] = Pool(revision: revision)
            return []
        }
        guard revision > known else { return [] }
        pools[version]?.revision = revision
        return outdate(version)
    }

    /// A version is gone: its environments go with it, the busy ones once they are done.
    public mutating func delete(_ version: Version, nowNanoseconds: UInt64) -> [SchedulerAction<Version>] {
        var actions = provision(
            version, count: 0, revision: 0, memoryMebibytes: 0, nowNanoseconds: nowNanoseconds)
        actions += outdate(version)
        pools[version] = nil
        forgetIfGone(version)
        return actions
    }

    /// Sets what is reserved for a function, for all its versions together; `nil` takes the reservation back.
    public mutating func reserve(_ amount: Int?, for function: Version.Function, of account: Version.Account) {
        ledger.reserve(amount, for: function, of: account)
        ledger.forgetIfBlank(function)
    }

    /// Does what is due: throttles what has waited for too long, retires what has been idle for too long, and starts
    /// provisioned environments anew.
    public mutating func timePassed(nowNanoseconds: UInt64) -> [SchedulerAction<Version>] {
        var actions: [SchedulerAction<Version>] = []
        while let oldest = line.oldest, nowNanoseconds >= oldest.sinceNanoseconds + limits.waitNanoseconds {
            actions.append(giveUp(oldest))
        }
        while let oldest = idleByAge.first, case .idle(let since)? = environments[oldest]?.state,
            nowNanoseconds >= since + limits.idleNanoseconds
        {
            actions.append(retire(oldest))
        }
        return actions + useRoom(nowNanoseconds: nowNanoseconds)
    }

    /// Throttles everything that waits for a place: the host is about to stop.
    public mutating func stopWaiting() -> [SchedulerAction<Version>] {
        var actions: [SchedulerAction<Version>] = []
        while let oldest = line.oldest { actions.append(giveUp(oldest)) }
        return actions
    }

    /// How many invocations of an account are under way.
    public func concurrency(of account: Version.Account) -> Int { ledger.running(of: account) }

    /// How many invocations wait for a place, or have an environment.
    public var invocationCount: Int { runningCount }

    /// How many environments there are, how many of them are idle and not provisioned, and how many are ending.
    public var environmentCount: (all: Int, idle: Int, ending: Int) {
        (used.environments, idle.environments, ending.environments)
    }

    /// Makes an environment, which takes its part of the host from now on.
    mutating func makeEnvironment(_ environment: Environment) -> EnvironmentID {
        repeat {
            lastEnvironment = (lastEnvironment + 1) % EnvironmentID.limit
        } while lastEnvironment == 0
            || environments[EnvironmentID(number: lastEnvironment)] != nil
        let id = EnvironmentID(number: lastEnvironment)
        var environment = environment
        environment.isOutdated = pools[environment.version]?.revision != environment.revision
        environments[id] = environment
        pools[environment.version]?.members.insert(id)
        used += environment.share
        owners[environment.version.owner, default: OwnerShare()].used += environment.share
        return id
    }
}
