extension Scheduler {
    /// The provisioned concurrency of a version.
    struct Provision: Sendable {
        /// Environments that were asked for.
        var target = 0
        /// Environments there are, busy or not, but for those that are ending.
        var count = 0
        /// Those of them that are not ready yet.
        var starting = 0
        var memoryMebibytes = 0
        /// Environments in a row that ended before they had worked.
        var failures = 0
        /// Whether the last one ended before it was ready.
        var hasFailedToStart = false
        /// Not before then is another one started.
        var retryNanoseconds: UInt64 = 0

        func mayStart(nowNanoseconds: UInt64) -> Bool { nowNanoseconds >= retryNanoseconds }

        mutating func noteReady() {
            starting -= 1
            hasFailedToStart = false
        }

        mutating func noteWork() { failures = 0 }

        /// One has ended too early. Code that fails whenever it starts shall not keep the host busy with starting it.
        mutating func noteFailure(isStart: Bool, nowNanoseconds: UInt64) {
            hasFailedToStart = isStart
            let seconds = UInt64(1) << UInt64(min(failures, 6))
            failures += 1
            retryNanoseconds = nowNanoseconds + seconds * 1_000_000_000
        }
    }

    /// Sets how many environments a version has before any invocation.
    ///
    /// They count against the function's reservation, or the account's limit, from now on, are started as soon as the
    /// host has room, and are replaced when they end.
    ///
    /// Source: "Configuring provisioned concurrency for a function" in the Lambda developer guide.
    public mutating func provision(
        _ version: Version, count: Int, revision: UInt64, memoryMebibytes: Int, nowNanoseconds: UInt64
    ) -> [SchedulerAction<Version>] {
        guard count > 0 || pools[version]?.provision.target ?? 0 > 0 else { return [] }
        var actions = count > 0 ? update(version, revision: revision) : []
        guard var provision = pools[version]?.provision else { return actions }
        ledger.claim(count - provision.target, for: version)
        provision.target = count
        provision.memoryMebibytes = memoryMebibytes
        (provision.failures, provision.hasFailedToStart, provision.retryNanoseconds) = (0, false, 0)
        pools[version]?.provision = provision
        noteProvision(of: version)
        actions += retireSuperfluous(of: version)
        return actions + useRoom(nowNanoseconds: nowNanoseconds)
    }

    /// How a version's provisioned concurrency is.
    public func provisionedStatus(of version: Version) -> ProvisionedStatus {
        var status = ProvisionedStatus()
        guard let provision = pools[version]?.provision else { return status }
        status.requested = provision.target
        status.available = min(provision.count - provision.starting, provision.target)
        status.isFailing = provision.hasFailedToStart
        return status
    }

    /// Whether a version has more provisioned environments than were asked for.
    func isOverProvisioned(_ version: Version) -> Bool {
        guard let provision = pools[version]?.provision else { return true }
        return provision.count > provision.target
    }

    /// Keeps the list of versions that lack provisioned environments.
    mutating func noteProvision(of version: Version) {
        let provision = pools[version]?.provision ?? Provision()
        let isListed = lacking.contains(version)
        guard isListed != (provision.count < provision.target) else { return }
        if isListed { lacking.remove(version) } else { lacking.append(version) }
    }

    /// Starts the provisioned environments that there is room for.
    mutating func startProvisioned(nowNanoseconds: UInt64) -> [SchedulerAction<Version>] {
        var actions: [SchedulerAction<Version>] = []
        for version in lacking.elements {
            while let pool = pools[version], pool.provision.count < pool.provision.target,
                pool.provision.mayStart(nowNanoseconds: nowNanoseconds),
                hasRoom(forMemoryMebibytes: pool.provision.memoryMebibytes, of: version.owner)
            {
                pools[version]?.provision.count += 1
                pools[version]?.provision.starting += 1
                let environment = Environment(
                    state: .starting(nil), version: version, revision: pool.revision,
                    memoryMebibytes: pool.provision.memoryMebibytes, kind: .provisioned)
                actions.append(.provision(makeEnvironment(environment), version))
            }
            noteProvision(of: version)
        }
        return actions
    }

    /// An environment has ended by itself: where that was too early for a provisioned one, the next has to wait.
    mutating func noteLoss(of environment: Environment, nowNanoseconds: UInt64) {
        guard environment.kind == .provisioned, !environment.isOutdated, !environment.hasWorked else { return }
        switch environment.state {
        case .ending, .busy, .reserved: return
        case .starting: pools[environment.version]?.provision.noteFailure(isStart: true, nowNanoseconds: nowNanoseconds)
        case .idle: pools[environment.version]?.provision.noteFailure(isStart: false, nowNanoseconds: nowNanoseconds)
        }
    }

    /// Ends provisioned environments that run nothing and are not asked for any more: those that are not ready first,
    /// then those used longest ago. Busy ones end with their invocation.
    private mutating func retireSuperfluous(of version: Version) -> [SchedulerAction<Version>] {
        guard let pool = pools[version], pool.provision.count > pool.provision.target else { return [] }
        let starting = pool.members.filter { id in
            if let environment = environments[id], environment.kind == .provisioned,
                case .starting = environment.state
            {
                true
            } else {
                false
            }
        }
        let candidates = starting.sorted() + pool.idleProvisioned
        return candidates.prefix(pool.provision.count - pool.provision.target).map { retire($0) }
    }
}
