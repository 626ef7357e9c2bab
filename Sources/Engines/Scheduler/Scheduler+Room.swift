// Who gets the host's places: provisioned environments first, for they were promised; then who waits, in turn.
extension Scheduler {
    /// Whether an environment can be started now.
    func hasRoom(forMemoryMebibytes memory: Int, of owner: Version.Owner) -> Bool {
        let one = HostShare.one(memoryMebibytes: memory)
        return (used + one).fits(limits.host) && isWithinShare(one, of: owner)
    }

    /// Whether an owner may have this much more beside others. None is kept from its only environment.
    func isWithinShare(_ more: HostShare, of owner: Version.Owner) -> Bool {
        guard let share = share(of: owner), let own = owners[owner], own.used.environments > 0 else { return true }
        return (own.used + more).fits(share)
    }

    /// What an owner may take of the host; `nil` where it is alone.
    private func share(of owner: Version.Owner) -> HostShare? {
        let own = owners[owner]
        let othersCount = own == nil ? owners.count : owners.count - 1
        guard limits.isShared, othersCount > 0 else { return nil }
        // What others have idle, or ending, is there for an invocation that needs it.
        let mine = own ?? OwnerShare()
        return limits.share(beside: used - mine.used - (idle - mine.idle) - (ending - mine.ending))
    }

    /// Whose turn it is: of those whose owners may have more of the host.
    var nextInLine: WaitingLine<Version>.Waiter? {
        line.next { isWithinShare($0.share, of: $0.version.owner) }
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
        if nextInLine == nil, hasRoom(forMemoryMebibytes: waiter.memoryMebibytes, of: waiter.version.owner) {
            return [start(for: waiter)]
        }
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
        while let next = nextInLine, hasRoom(forMemoryMebibytes: next.memoryMebibytes, of: next.version.owner) {
            line.take(next)
            actions.append(start(for: next))
        }
        actions += makeRoomWithinShares()
        let wanted = waitingWithinShares + provisionWithinReach(nowNanoseconds: nowNanoseconds)
        while !(used - ending + wanted).fits(limits.host), let oldest = idleByAge.first {
            actions.append(retire(oldest))
        }
        return actions
    }

    /// What those who wait need of the host, as far as their owners may have it: for the rest no environment of another
    /// owner ends.
    private var waitingWithinShares: HostShare {
        guard limits.isShared else { return line.share }
        return line.shares.reduce(into: HostShare()) { sum, waiting in
            guard let share = share(of: waiting.key), let own = owners[waiting.key] else { return sum += waiting.value }
            let left = share - own.used + own.ending
            sum += HostShare(
                environments: max(0, min(waiting.value.environments, left.environments)),
                memoryMebibytes: max(0, min(waiting.value.memoryMebibytes, left.memoryMebibytes)))
        }
    }

    /// Ends idle environments of owners that have all of their share, and wait for another one.
    private mutating func makeRoomWithinShares() -> [SchedulerAction<Version>] {
        guard limits.isShared else { return [] }
        var actions: [SchedulerAction<Version>] = []
        for waiter in line.firstOfEach {
            let owner = waiter.version.owner
            while let share = share(of: owner), let own = owners[owner],
                !(own.used - own.ending + waiter.share).fits(share),
                let oldest = own.idleByAge.first
            {
                actions.append(retire(oldest))
            }
        }
        return actions
    }

    /// What is lacking of provisioned concurrency and could be started if everything idle made room. What could not
    /// be is not worth an idle environment.
    private func provisionWithinReach(nowNanoseconds: UInt64) -> HostShare {
        var wanted = HostShare()
        var wantedByOwner: [Version.Owner: HostShare] = [:]
        for version in lacking.elements {
            guard let provision = pools[version]?.provision, provision.mayStart(nowNanoseconds: nowNanoseconds) else {
                continue
            }
            let one = HostShare.one(memoryMebibytes: provision.memoryMebibytes)
            for _ in provision.count..<provision.target {
                let own = wantedByOwner[version.owner, default: HostShare()] + one
                guard (used - ending - idle + wanted + one).fits(limits.host), isWithinShare(own, of: version.owner)
                else { break }
                wantedByOwner[version.owner] = own
                wanted += one
            }
        }
        return wanted
    }
}
