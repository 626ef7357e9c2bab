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
            guard environment.kind == .provisioned || !mustYield(to: waiter, nowNanoseconds) else {
                return [retire(id)] + useRoom(nowNanoseconds: nowNanoseconds)
            }
            line.remove(waiter)
            if environment.kind == .provisioned { ledger.moveToProvisioned(waiter.version) }
            environments[id]?.state = .busy(waiter.invocation)
            return [.assign(id, waiter.invocation)] + useRoom(nowNanoseconds: nowNanoseconds)
        }
        environments[id]?.state = .idle(sinceNanoseconds: nowNanoseconds)
        if environment.kind == .provisioned {
            pools[environment.version]?.idleProvisioned.append(id)
        } else {
            pools[environment.version]?.idle.append(id)
            idleByAge.append(id)
            idle += environment.share
        }
        return useRoom(nowNanoseconds: nowNanoseconds)
    }

    /// Whether the one whose turn it is has waited for so long that an environment of another version ends for it.
    /// Sooner, an environment serves its own version: on a full host each change costs a cold start.
    private func mustYield(to waiter: WaitingLine<Version>.Waiter, _ nowNanoseconds: UInt64) -> Bool {
        guard let next = line.next, next.version != waiter.version else { return false }
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
        return .start(makeEnvironment(environment), waiter.version, revision: waiter.revision, waiter.invocation)
    }

    /// Ends an environment that runs nothing. It keeps its part of the host until it is reported as gone.
    mutating func retire(_ id: EnvironmentID) -> SchedulerAction<Version> {
        if let environment = environments[id] {
            depart(id, environment)
            environments[id]?.state = .ending
            ending += environment.share
        }
        return .retire(id)
    }

    /// Takes an environment out of its version's pool.
    mutating func depart(_ id: EnvironmentID, _ environment: Environment) {
        if case .idle = environment.state { leaveIdle(id) }
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
            idle -= environment.share
        }
    }

    /// Marks all environments of a version as outdated, and ends those that run nothing.
    mutating func outdate(_ version: Version) -> [SchedulerAction<Version>] {
        guard let pool = pools[version] else { return [] }
        for id in pool.members { environments[id]?.isOutdated = true }
        let actions = (pool.idle + pool.idleProvisioned).map { retire($0) }
        pools[version]?.members = []
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

extension Array {
    /// Removes the last element for which something is true. What is looked for is most often at the end.
    fileprivate mutating func removeLast(where isWanted: (Element) -> Bool) {
        if let index = lastIndex(where: isWanted) { remove(at: index) }
    }
}
