@testable import Scheduler

// What the scheduler wants done.
extension SchedulerWorld {
    mutating func perform(_ actions: [SchedulerAction<NumberedVersion>]) throws(Broken) {
        for action in actions { try perform(action) }
    }

    private mutating func perform(_ action: SchedulerAction<NumberedVersion>) throws(Broken) {
        switch action {
        case .start(let id, let version, let revision, let invocation):
            try start(id, version, revision, invocation)
        case .provision(let id, let version):
            try Self.require(environments[id] == nil, "an environment was started twice")
            try Self.require(provisionedCount(of: version) < targets[version.number], "too many are provisioned")
            add(
                id,
                Environment(
                    doing: .starting, version: version, revision: revisions[version.number], isProvisioned: true))
        case .assign(let id, let invocation): try assign(id, invocation)
        case .withdraw(let invocation, let source, let target): try withdraw(invocation, source, target)
        case .wait(let invocation, let until): try wait(invocation, until)
        case .throttle(let invocation, let reason): try throttle(invocation, reason)
        case .retire(let id): try retire(id)
        }
    }

    private mutating func wait(_ invocation: InvocationID, _ until: UInt64) throws(Broken) {
        let waiter: Waiter
        if let move = moving, move.invocation == invocation {
            waiter = Waiter(version: move.version, revision: move.revision, since: until - limits.waitNanoseconds)
            moving = nil
        } else if let arrival = arriving, arrival.invocation == invocation {
            try admit(invocation, arrival.version, provisioned: false)
            try Self.require(until == now + limits.waitNanoseconds, "an invocation waits for another time")
            waiter = Waiter(version: arrival.version, revision: revisions[arrival.version.number], since: now)
        } else {
            throw Broken(description: "an invocation waits that has not just arrived")
        }
        waiting[invocation] = waiter
        try Self.require(waiting.count <= limits.waitingInvocations, "too many invocations wait")
    }

    private mutating func withdraw(
        _ invocation: InvocationID, _ source: EnvironmentID, _ target: EnvironmentID
    ) throws(Broken) {
        guard let from = environments[source], let to = environments[target] else {
            throw Broken(description: "an invocation moves between environments that are not there")
        }
        try Self.require(to.doing == .idle && !isOutdated(to), "an environment that is not free was reserved")
        try Self.require(
            from.version == to.version && from.revision == to.revision,
            "an invocation moves to an environment of another version")
        try Self.require(
            from.doing == .starting && !from.wasAsked && from.invocation == invocation,
            "an invocation moves that nothing starts for")
        environments[source]?.wasAsked = true
        environments[target]?.doing = .reserved
        moves[target] = Move(
            invocation: invocation, version: from.version, revision: from.revision, source: source)
    }

    private mutating func start(
        _ id: EnvironmentID, _ version: NumberedVersion, _ revision: UInt64, _ invocation: InvocationID
    ) throws(Broken) {
        try Self.require(environments[id] == nil, "an environment was started twice")
        for environment in environments.values where environment.doing == .idle && environment.version == version {
            try Self.require(environment.revision != revision, "an environment was started beside an idle one")
        }
        if let waiter = waiting.removeValue(forKey: invocation) {
            try Self.require(waiter.version == version && waiter.revision == revision, "something else was started")
        } else if let move = moving, move.invocation == invocation {
            try Self.require(move.version == version && move.revision == revision, "something else was started")
            moving = nil
        } else {
            try admit(invocation, version, provisioned: false)
        }
        add(
            id,
            Environment(
                doing: .starting, version: version, revision: revision, isProvisioned: false, invocation: invocation))
    }

    private mutating func assign(_ id: EnvironmentID, _ invocation: InvocationID) throws(Broken) {
        if let move = moving, move.invocation == invocation, let environment = environments[id],
            environment.doing == .reserved || (environment.doing == .idle && !isOutdated(environment))
        {
            try Self.require(
                move.version == environment.version && move.revision == environment.revision,
                "an environment runs an invocation of another version")
            moving = nil
            environments[id]?.doing = .busy
            environments[id]?.invocation = invocation
            return
        }
        guard let environment = environments[id], environment.doing == .idle else {
            throw Broken(description: "an environment that is not idle was given an invocation")
        }
        try Self.require(!isOutdated(environment), "an outdated environment was given an invocation")
        if let waiter = waiting.removeValue(forKey: invocation) {
            try Self.require(
                waiter.version == environment.version && waiter.revision == environment.revision,
                "an environment runs an invocation of another version")
        } else {
            try admit(invocation, environment.version, provisioned: environment.isProvisioned)
            for other in environments.values
            where other.doing == .idle && other.version == environment.version && !isOutdated(other) {
                let isBetter =
                    other.isProvisioned == environment.isProvisioned
                    ? other.idleSince > environment.idleSince : other.isProvisioned
                try Self.require(!isBetter, "an environment was used that another one comes before")
            }
        }
        environments[id]?.doing = .busy
        environments[id]?.invocation = invocation
    }

    private mutating func admit(
        _ invocation: InvocationID, _ version: NumberedVersion, provisioned: Bool
    ) throws(Broken) {
        try Self.require(arriving?.invocation == invocation, "an invocation runs that has not arrived")
        try Self.require(arriving?.version == version, "an invocation runs as another version")
        arriving = nil
        let limit = exceeds(version, provisioned: provisioned)
        try Self.require(!limit.function, "a function's reservation was exceeded")
        try Self.require(!limit.account, "the account's limit was exceeded")
    }

    private mutating func throttle(_ invocation: InvocationID, _ reason: ThrottleReason) throws(Broken) {
        answered += 1
        if let waiter = waiting.removeValue(forKey: invocation) {
            return try Self.require(
                now >= waiter.since + limits.waitNanoseconds && reason == .concurrentInvocationLimitExceeded,
                "an invocation has not waited long enough")
        }
        if let move = moving, move.invocation == invocation {
            moving = nil
            return try Self.require(waiting.count >= limits.waitingInvocations, "there was a place for an invocation")
        }
        guard let arrival = arriving, arrival.invocation == invocation else {
            throw Broken(description: "an invocation was throttled that has not arrived")
        }
        arriving = nil
        let isFree = environments.values.contains {
            $0.doing == .idle && $0.isProvisioned && $0.version == arrival.version && !isOutdated($0)
        }
        let limit = exceeds(arrival.version, provisioned: isFree)
        switch reason {
        case .reservedFunctionConcurrentInvocationLimitExceeded:
            try Self.require(limit.function, "an invocation was throttled below the function's reservation")
        case .concurrentInvocationLimitExceeded:
            let isCrowded = waiting.count >= limits.waitingInvocations
            try Self.require(limit.account || isCrowded, "an invocation was throttled below the account's limit")
        case .reservedFunctionInvocationRateLimitExceeded:
            try Self.require(reserved[arrival.version.function] != nil, "nothing is reserved")
        case .functionInvocationRateLimitExceeded, .callerRateLimitExceeded: break
        }
    }

    private mutating func retire(_ id: EnvironmentID) throws(Broken) {
        guard let environment = environments[id] else {
            throw Broken(description: "an unknown environment was retired")
        }
        try Self.require(environment.invocation == nil && environment.doing != .ending, "work was interrupted")
        if environment.isProvisioned {
            try Self.require(
                isOutdated(environment)
                    || provisionedCount(of: environment.version) > targets[environment.version.number],
                "provisioned concurrency was not kept")
        } else {
            try Self.require(environment.doing == .idle, "an environment was ended at work")
            if !isOutdated(environment), subject != id {
                let isOldest = !environments.values.contains {
                    $0.doing == .idle && !$0.isProvisioned && !isOutdated($0) && $0.idleSince < environment.idleSince
                }
                try Self.require(isOldest, "an environment was retired before one that was idle for longer")
                let isDue = now >= environment.idleSinceNanoseconds + limits.idleNanoseconds
                try Self.require(isDue || isRoomWanted, "an environment was retired for nothing")
            }
        }
        environments[id]?.doing = .ending
    }

    private mutating func add(_ id: EnvironmentID, _ environment: Environment) {
        environments[id] = environment
        ids.append(id)
    }
}
