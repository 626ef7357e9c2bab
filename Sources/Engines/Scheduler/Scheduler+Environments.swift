// What becomes of environments and invocations, one at a time.
extension Scheduler {
    /// An environment runs nothing at this moment: gives it the next invocation that waits for one like it, or lets it
    /// be idle, or ends it.
    mutating func release(
        _ id: EnvironmentID, _ environment: Environment, nowNanoseconds: UInt64
    ) -> [SchedulerAction<Version>] {
        let isSuperfluous = environment.kind == .provisioned && isOverProvisioned(environment.version)
        guard !environment.isOutdated, !isSuperfluous else {
            return [retire(id)] + useRoom(nowNanoseconds: nowNanoseconds)
        }
        if let waiter = line.oldest(of: environment.version, revision: environment.revision) {
            guard environment.kind == .provisioned || !mustYield(waiter.version, nowNanoseconds) else {
                return [retire(id)] + useRoom(nowNanoseconds: nowNanoseconds)
            }
            line.remove(waiter)
            return [assign(waiter, to: id)] + useRoom(nowNanoseconds: nowNanoseconds)
        }
        if let source = withdrawable(of: environment.version),
            case .starting(let invocation?)? = environments[source]?.state
        {
            guard environment.kind == .provisioned || !mustYield(environment.version, nowNanoseconds) else {
                return [retire(id)] + useRoom(nowNanoseconds: nowNanoseconds)
            }
            withdraw(invocation, from: source, for: id, environment, nowNanoseconds)
            return [.withdraw(invocation, from: source, for: id)] + useRoom(nowNanoseconds: nowNanoseconds)
        }
        environments[id]?.state = .idle(sinceNanoseconds: nowNanoseconds)
        if environment.kind == .provisioned {
            pools[environment.version]?.idleProvisioned.append(id)
        } else {
            pools[environment.version]?.idle.append(id)
            idleByAge.append(id)
            owners[environment.version.owner]?.idleByAge.append(id)
            idle += environment.share
            owners[environment.version.owner]?.idle += environment.share
        }
        return useRoom(nowNanoseconds: nowNanoseconds)
    }

    /// Whether the one whose turn it is has waited for so long that an environment of another version ends for it.
    /// Sooner, an environment serves its own version: on a full host each change costs a cold start.
    private func mustYield(_ version: Version, _ nowNanoseconds: UInt64) -> Bool {
        guard let next = nextInLine, next.version != version else { return false }
        return nowNanoseconds >= next.sinceNanoseconds + limits.waitNanoseconds / 2
    }

    /// Whether a revision is the one that is known, and the environment that serves its next invocation; `nil` when
    /// none is idle.
    func idleEnvironment(
        of version: Version, revision: UInt64
    ) -> (isCurrent: Bool, environment: EnvironmentID?) {
        guard let pool = pools[version], pool.revision == revision else { return (false, nil) }
        return (true, pool.idleProvisioned.last ?? pool.idle.last)
    }

    /// Starts an environment for an invocation.
    mutating func start(for waiter: WaitingLine<Version>.Waiter) -> SchedulerAction<Version> {
        let environment = Environment(
            state: .starting(waiter.invocation), version: waiter.version, revision: waiter.revision,
            memoryMebibytes: waiter.memoryMebibytes, kind: .onDemand)
        let id = makeEnvironment(environment)
        if environments[id]?.isOutdated == false { pools[waiter.version]?.starting.append(id) }
        return .start(id, waiter.version, revision: waiter.revision, waiter.invocation)
    }

    /// Ends an environment that runs nothing. It keeps its part of the host until it is reported as gone.
    mutating func retire(_ id: EnvironmentID) -> SchedulerAction<Version> {
        if let environment = environments[id] {
            depart(id, environment)
            environments[id]?.state = .ending
            ending += environment.share
            owners[environment.version.owner]?.ending += environment.share
        }
        return .retire(id)
    }

    /// Takes an environment out of its version's pool.
    mutating func depart(_ id: EnvironmentID, _ environment: Environment) {
        if case .idle = environment.state { leaveIdle(id) }
        pools[environment.version]?.starting.remove(id)
        pools[environment.version]?.unclaimed.remove(id)
        guard pools[environment.version]?.members.remove(id) != nil, environment.kind == .provisioned else { return }
        pools[environment.version]?.provision.count -= 1
        if case .starting = environment.state { pools[environment.version]?.provision.starting -= 1 }
        noteProvision(of: environment.version)
    }

    /// Takes an environment from the idle ones.
    mutating func leaveIdle(_ id: EnvironmentID) {
        guard let environment = environments[id] else { return }
        if environment.kind == .provisioned {
            pools[environment.version]?.idleProvisioned.removeLast { $0 == id }
        } else {
            pools[environment.version]?.idle.removeLast { $0 == id }
            idleByAge.remove(id)
            owners[environment.version.owner]?.idleByAge.remove(id)
            idle -= environment.share
            owners[environment.version.owner]?.idle -= environment.share
        }
    }

    /// Marks all environments of a version as outdated, and ends those that run nothing.
    mutating func outdate(_ version: Version) -> [SchedulerAction<Version>] {
        guard let pool = pools[version] else { return [] }
        for id in pool.members { environments[id]?.isOutdated = true }
        let actions = (pool.idle + pool.idleProvisioned).map { retire($0) }
        pools[version]?.members = []
        pools[version]?.starting = OrderedList()
        pools[version]?.unclaimed = []
        pools[version]?.provision.count = 0
        pools[version]?.provision.starting = 0
        noteProvision(of: version)
        return actions
    }

    /// Throttles an invocation that waits.
    mutating func giveUp(_ waiter: WaitingLine<Version>.Waiter) -> SchedulerAction<Version> {
        line.remove(waiter)
        finish(waiter.version, .onDemand)
        return .throttle(waiter.invocation, .concurrentInvocationLimitExceeded)
    }

    mutating func begin(_ version: Version, _ kind: ConcurrencyCount.Kind, _ nowNanoseconds: UInt64) {
        ledger.begin(version, kind, nowNanoseconds: nowNanoseconds)
        runningCount += 1
    }

    mutating func finish(_ version: Version, _ kind: ConcurrencyCount.Kind) {
        ledger.end(version, kind)
        runningCount -= 1
    }

    /// Forgets what is known of a function whose version was deleted, once nothing of it is left.
    mutating func forgetIfGone(_ version: Version) {
        if pools[version] == nil { ledger.forgetIfBlank(version.function) }
    }
}

// An invocation moves from the environment that starts for it to one that comes free before.
extension Scheduler {
    /// An invocation on its way. Who starts for it may have it already, or may just have failed with it: until that is
    /// known, the other environment runs nothing.
    struct Withdrawal: Sendable {
        /// What is known of the invocation, as of one that waits.
        let waiter: WaitingLine<Version>.Waiter
        /// The environment that starts for it.
        let source: EnvironmentID
        /// Whether that environment has ended meanwhile, with the invocation or without it.
        var isSourceGone = false
    }

    /// The environment that has been starting for an invocation for longest; `nil` where there is none, or where a
    /// quarter of the version's environments start for none already: each is one more than is needed now, and under
    /// load there would be ever more of them.
    private func withdrawable(of version: Version) -> EnvironmentID? {
        guard let pool = pools[version], pool.unclaimed.count < max(1, pool.members.count / 4) else { return nil }
        return pool.starting.first
    }

    /// Reserves a free environment for the invocation that another one of its version starts for.
    private mutating func withdraw(
        _ invocation: InvocationID, from source: EnvironmentID, for id: EnvironmentID, _ environment: Environment,
        _ nowNanoseconds: UInt64
    ) {
        pools[environment.version]?.starting.remove(source)
        pools[environment.version]?.unclaimed.insert(source)
        environments[source]?.withdrawnFor = id
        environments[id]?.state = .reserved
        let waiter = WaitingLine<Version>.Waiter(
            invocation: invocation, version: environment.version, revision: environment.revision,
            memoryMebibytes: environment.memoryMebibytes, sinceNanoseconds: nowNanoseconds)
        withdrawals[id] = Withdrawal(waiter: waiter, source: source)
    }

    /// What a ``SchedulerAction/withdraw(_:from:for:)`` has led to.
    ///
    /// - Parameters:
    ///   - id: the environment that is reserved.
    ///   - isGivenUp: whether the other environment has given the invocation up, and starts without it; otherwise it
    ///     runs it, or has ended with it.
    public mutating func withdrawn(
        for id: EnvironmentID, isGivenUp: Bool, nowNanoseconds: UInt64
    ) -> [SchedulerAction<Version>] {
        guard let withdrawal = withdrawals.removeValue(forKey: id) else { return [] }
        let waiter = withdrawal.waiter
        if environments[withdrawal.source]?.withdrawnFor == id {
            environments[withdrawal.source]?.withdrawnFor = nil
            if isGivenUp {
                environments[withdrawal.source]?.state = .starting(nil)
            } else {
                pools[waiter.version]?.unclaimed.remove(withdrawal.source)
            }
        }
        var reserved: Environment?
        if let environment = environments[id], case .reserved = environment.state { reserved = environment }
        guard isGivenUp else {
            if withdrawal.isSourceGone { finish(waiter.version, .onDemand) }
            return reserved.map { release(id, $0, nowNanoseconds: nowNanoseconds) } ?? []
        }
        return reserved == nil ? replace(waiter) : [assign(waiter, to: id)]
    }

    private mutating func assign(
        _ waiter: WaitingLine<Version>.Waiter, to id: EnvironmentID
    ) -> SchedulerAction<Version> {
        if environments[id]?.kind == .provisioned { ledger.moveToProvisioned(waiter.version) }
        environments[id]?.state = .busy(waiter.invocation)
        return .assign(id, waiter.invocation)
    }

    /// The environment that was reserved for an invocation has ended: finds another place for it.
    private mutating func replace(_ waiter: WaitingLine<Version>.Waiter) -> [SchedulerAction<Version>] {
        if let idle = idleEnvironment(of: waiter.version, revision: waiter.revision).environment {
            leaveIdle(idle)
            return [assign(waiter, to: idle)]
        }
        if let actions = place(waiter) { return actions }
        finish(waiter.version, .onDemand)
        return [.throttle(waiter.invocation, .concurrentInvocationLimitExceeded)]
    }

    /// Whether an environment that ends while it starts still has its invocation. Where that is not known yet, its end
    /// is noted.
    mutating func hadInvocation(_ environment: Environment) -> Bool {
        guard let target = environment.withdrawnFor else { return true }
        withdrawals[target]?.isSourceGone = true
        return false
    }
}

extension Array {
    /// Removes the last element for which something is true. What is looked for is most often at the end.
    fileprivate mutating func removeLast(where isWanted: (Element) -> Bool) {
        if let index = lastIndex(where: isWanted) { remove(at: index) }
    }
}
