@testable import Scheduler

/// A version for tests: its number says which function and account it belongs to.
struct NumberedVersion: ScheduledVersion {
    static let all = (0..<8).map { NumberedVersion(number: $0) }

    let number: Int
    /// Two versions are one function.
    var function: Int { number / 2 }
    /// Two functions are one account.
    var account: Int { number / 4 }
    var owner: Int { account }
    /// MB; different for each function.
    var memoryMebibytes: Int { 128 << (function % 3) }
}

/// What a correct shell would know about the world, kept apart from the scheduler and compared with it: what every
/// action does is looked at before it is done.
struct SchedulerWorld {
    enum Doing: Equatable { case starting, busy, idle, reserved, ending }

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
        /// It was asked to give its invocation up.
        var wasAsked = false
    }

    /// An invocation that is to move to an environment that is reserved for it.
    struct Move {
        enum State { case asked, kept, givenUp }

        let invocation: InvocationID
        let version: NumberedVersion
        let revision: UInt64
        let source: EnvironmentID
        var state = State.asked
        /// Its source has ended with it, and the scheduler does not know that yet.
        var isOver = false

        var isCounted: Bool { state == .givenUp || isOver }
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
    var moves: [EnvironmentID: Move] = [:]
    /// The move whose end is being decided.
    var moving: Move?
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
        for move in moves.values where move.isCounted && belongs(move.version) { count += 1 }
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
