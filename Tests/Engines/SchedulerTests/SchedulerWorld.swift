@testable import Scheduler

/// A version for tests: its number says which function and account it belongs to.
struct NumberedVersion: ScheduledVersion {
    static let all = (0..<8).map { NumberedVersion(number: $0) }

    let number: Int
    /// Two versions are one function.
    var function: Int { number / 2 }
    /// Two functions are one account.
    var account: Int { number / 4 }
    /// MB; different for each function.
    var memoryMebibytes: Int { 128 << (function % 3) }
}

/// What a correct shell would know about the world, kept apart from the scheduler and compared with it: what every
/// action does is looked at before it is done.
struct SchedulerWorld {
    enum Doing: Equatable { case starting, busy, idle, ending }

    struct Environment {
        var doing: Doing
        let version: NumberedVersion
        let revision: UInt64
        let isProvisioned: Bool
        var invocation: InvocationID?
        /// The event after which it was idle.
        var idleSince = 0
        var idleSinceNanoseconds: UInt64 = 0
        var hasWorked = false
    }

    struct Waiter {
        let version: NumberedVersion
        let revision: UInt64
        let since: UInt64
    }

    struct Broken: Error, CustomStringConvertible { let description: String }

    let limits: SchedulerLimits
    var now: UInt64 = 1
    var event = 0
    var environments: [EnvironmentID: Environment] = [:]
    /// The same, to choose from.
    var ids: [EnvironmentID] = []
    var revisions = [UInt64](repeating: 1, count: NumberedVersion.all.count)
    var targets = [Int](repeating: 0, count: NumberedVersion.all.count)
    /// When the scheduler was last told the time.
    var lastPassed: UInt64 = 1
    /// Until when a version's provisioned environments may be missing because they failed.
    var retries = [UInt64](repeating: 0, count: NumberedVersion.all.count)
    var reserved = [Int?](repeating: nil, count: NumberedVersion.all.count / 2)
    var waiting: [InvocationID: Waiter] = [:]
    /// What has arrived and is not decided.
    var arriving: (invocation: InvocationID, version: NumberedVersion)?
    /// The environment that the event is about.
    var subject: EnvironmentID?
    var answered = 0

    init(limits: SchedulerLimits) { self.limits = limits }

    static func require(_ condition: Bool, _ words: @autoclosure () -> String) throws(Broken) {
        if !condition { throw Broken(description: words()) }
    }
}

// What is there, counted anew each time.
extension SchedulerWorld {
    /// Invocations of a kind in some functions.
    func running(provisioned: Bool? = nil, where belongs: (NumberedVersion) -> Bool) -> Int {
        var count = 0
        for environment in environments.values where environment.invocation != nil && belongs(environment.version) {
            if provisioned == nil || provisioned == environment.isProvisioned { count += 1 }
        }
        guard provisioned != true else { return count }
        for waiter in waiting.values where belongs(waiter.version) { count += 1 }
        return count
    }

    func claimed(where belongs: (NumberedVersion) -> Bool) -> Int {
        var count = 0
        for version in NumberedVersion.all where targets[version.number] > 0 && belongs(version) {
            count += targets[version.number]
        }
        return count
    }

    var used: HostShare {
        var share = HostShare()
        for environment in environments.values { share += .one(memoryMebibytes: environment.version.memoryMebibytes) }
        return share
    }

    /// Whether those who wait, and what is provisioned, need more than what is ending will leave.
    var isRoomWanted: Bool {
        var wanted = used
        for environment in environments.values where environment.doing == .ending {
            wanted -= .one(memoryMebibytes: environment.version.memoryMebibytes)
        }
        for waiter in waiting.values { wanted += .one(memoryMebibytes: waiter.version.memoryMebibytes) }
        for version in NumberedVersion.all where targets[version.number] > 0 {
            for _ in provisionedCount(of: version)..<max(targets[version.number], provisionedCount(of: version)) {
                wanted += .one(memoryMebibytes: version.memoryMebibytes)
            }
        }
        return !wanted.fits(limits.host)
    }

    func unreserved(of account: Int) -> Int {
        var sum = 0
        for function in reserved.indices where function / 2 == account { sum += reserved[function] ?? 0 }
        return max(0, limits.accountConcurrency - sum)
    }

    func isOutdated(_ environment: Environment) -> Bool {
        environment.revision != revisions[environment.version.number]
    }

    func provisionedCount(of version: NumberedVersion) -> Int {
        var count = 0
        for environment in environments.values
        where environment.isProvisioned && environment.version == version && environment.doing != .ending
            && !isOutdated(environment)
        {
            count += 1
        }
        return count
    }

    /// Whether one more invocation would exceed a limit on concurrency.
    func exceeds(_ version: NumberedVersion, provisioned: Bool) -> (function: Bool, account: Bool) {
        let all = running { $0.account == version.account }
        let isAccountFull = all >= limits.accountConcurrency
        if let amount = reserved[version.function] {
            return (isFull(amount, provisioned: provisioned) { $0.function == version.function }, isAccountFull)
        }
        let isUnreservedFull = isFull(unreserved(of: version.account), provisioned: provisioned) {
            $0.account == version.account && reserved[$0.function] == nil
        }
        return (false, isAccountFull || isUnreservedFull)
    }

    private func isFull(_ limit: Int, provisioned: Bool, where belongs: (NumberedVersion) -> Bool) -> Bool {
        if running(where: belongs) >= limit { return true }
        return !provisioned && running(provisioned: false, where: belongs) + claimed(where: belongs) >= limit
    }
}

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
        case .wait(let invocation, let until):
            guard let arrival = arriving, arrival.invocation == invocation else {
                throw Broken(description: "an invocation waits that has not just arrived")
            }
            try admit(invocation, arrival.version, provisioned: false)
            waiting[invocation] = Waiter(
                version: arrival.version, revision: revisions[arrival.version.number], since: now)
            try Self.require(until == now + limits.waitNanoseconds, "an invocation waits for another time")
            try Self.require(waiting.count <= limits.waitingInvocations, "too many invocations wait")
        case .throttle(let invocation, let reason): try throttle(invocation, reason)
        case .retire(let id): try retire(id)
        }
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
        } else {
            try admit(invocation, version, provisioned: false)
        }
        add(
            id,
            Environment(
                doing: .starting, version: version, revision: revision, isProvisioned: false, invocation: invocation))
    }

    private mutating func assign(_ id: EnvironmentID, _ invocation: InvocationID) throws(Broken) {
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
