// Who gets the host's places: provisioned environments first, for they were promised; then who waits, in turn.
extension Scheduler {
    /// Whether an environment can be started now.
    func hasRoom(forMemoryMebibytes memory: Int) -> Bool {
        (used + .one(memoryMebibytes: memory)).fits(limits.host)
    }

    /// Admits an invocation and finds a place for it; throttles it where too many wait already.
    mutating func startOrWait(_ waiter: WaitingLine<Version>.Waiter) -> [SchedulerAction<Version>] {
        guard let actions = place(waiter) else {
            return [.throttle(waiter.invocation, .concurrentInvocationLimitExceeded)]
        }
        begin(waiter.version, .onDemand, waiter.sinceNanoseconds)
        ledger.noteStart(waiter.version, nowNanoseconds: waiter.sinceNanoseconds)
        return actions
    }

    /// Starts an environment for an invocation, or lets it wait for room; `nil` where too many wait already.
    mutating func place(_ waiter: WaitingLine<Version>.Waiter) -> [SchedulerAction<Version>]? {
        if line.isEmpty, hasRoom(forMemoryMebibytes: waiter.memoryMebibytes) { return [start(for: waiter)] }
        guard line.count < limits.waitingInvocations else { return nil }
        line.append(waiter)
        let until = waiter.sinceNanoseconds + limits.waitNanoseconds
        return [.wait(waiter.invocation, untilNanoseconds: until)] + useRoom(nowNanoseconds: waiter.sinceNanoseconds)
    }

    /// Starts what there is room for, and makes room for the rest by ending environments that have been idle for
    /// longest.
    mutating func useRoom(nowNanoseconds: UInt64) -> [SchedulerAction<Version>] {
        guard !lacking.isEmpty || !line.isEmpty else { return [] }
        var actions = startProvisioned(nowNanoseconds: nowNanoseconds)
        while let next = line.next, hasRoom(forMemoryMebibytes: next.memoryMebibytes), let waiter = line.takeNext() {
            actions.append(start(for: waiter))
        }
        let wanted = line.share + provisionWithinReach(nowNanoseconds: nowNanoseconds)
        while !(used - ending + wanted).fits(limits.host), let oldest = idleByAge.first {
            actions.append(retire(oldest))
        }
        return actions
    }

    /// What is lacking of provisioned concurrency and could be started if everything idle made room. What could not
    /// be is not worth an idle environment.
    private func provisionWithinReach(nowNanoseconds: UInt64) -> HostShare {
        var wanted = HostShare()
        for version in lacking.elements {
            guard let provision = pools[version]?.provision, provision.mayStart(nowNanoseconds: nowNanoseconds) else {
                continue
            }
            let one = HostShare.one(memoryMebibytes: provision.memoryMebibytes)
            for _ in provision.count..<provision.target {
                guard (used - ending - idle + wanted + one).fits(limits.host) else { break }
                wanted += one
            }
        }
        return wanted
    }
}
