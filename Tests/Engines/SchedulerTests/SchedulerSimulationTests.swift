import Glibc
import SeededRandom
import Testing

@testable import Scheduler

/// A scheduler, the world around it, and what happens to them: invocations, changes of limits, failures at any moment,
/// and time that goes by in small steps and in large ones.
private struct Simulation {
    var random: SeededGenerator
    var scheduler: Scheduler<NumberedVersion>
    var world: SchedulerWorld
    private var lastInvocation: UInt64 = 0

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var limits = SchedulerLimits()
        limits.accountConcurrency = Int.random(in: 1...12, using: &random)
        limits.environments = Int.random(in: 1...14, using: &random)
        limits.memoryMebibytes = Bool.random(using: &random) ? .max : Int.random(in: 512...2560, using: &random)
        limits.waitingInvocations = Int.random(in: 0...6, using: &random)
        limits.requestsPerConcurrency = Bool.random(using: &random) ? 10 : 1_000_000
        limits.startsPerInterval = Bool.random(using: &random) ? 10 : 1000
        limits.idleNanoseconds = 500_000_000
        scheduler = Scheduler(limits: limits)
        world = SchedulerWorld(limits: limits)
    }

    mutating func run(events: Int) throws {
        for event in 1...events {
            world.event = event
            step()
            world.subject = nil
            try happen()
            try check()
        }
        try finish()
    }

    private mutating func step() {
        switch Int.random(in: 0..<1000, using: &random) {
        case 0: world.now += UInt64.random(in: 0...100_000_000_000, using: &random)
        case 1..<20: world.now += UInt64.random(in: 0...2_000_000_000, using: &random)
        default: world.now += UInt64.random(in: 0...5_000_000, using: &random)
        }
    }

    private mutating func happen() throws {
        switch Int.random(in: 0..<1000, using: &random) {
        case 0..<400: try invoke(anyVersion())
        case 400..<560: try start(anyEnvironment())
        case 560..<600: try move()
        case 600..<850: try answer(anyEnvironment())
        case 850..<870: try end(anyEnvironment())
        case 870..<950: try endOfWhatIsEnding()
        case 950..<965: try change(anyVersion())
        case 965..<975: try reserve()
        case 975..<985: try provision(anyVersion())
        default:
            world.lastPassed = world.now
            try world.perform(scheduler.timePassed(nowNanoseconds: world.now))
        }
        try SchedulerWorld.require(world.arriving == nil, "an invocation was lost on arrival")
    }

    private mutating func anyVersion() -> NumberedVersion {
        NumberedVersion(number: Int.random(in: 0..<NumberedVersion.all.count, using: &random))
    }

    private mutating func anyEnvironment() -> EnvironmentID {
        world.ids.randomElement(using: &random) ?? EnvironmentID(number: 9)
    }

    private mutating func invoke(_ version: NumberedVersion) throws {
        lastInvocation += 1
        let invocation = InvocationID(number: lastInvocation)
        world.arriving = (invocation, version)
        try world.perform(
            scheduler.invoke(
                invocation, of: version, revision: world.revisions[version.number],
                memoryMebibytes: version.memoryMebibytes, nowNanoseconds: world.now))
    }

    private mutating func start(_ id: EnvironmentID) throws {
        guard let environment = world.environments[id], environment.doing == .starting else {
            let actions = scheduler.environmentReady(id, nowNanoseconds: world.now)
            let isChanged = scheduler.environmentStarted(id) != nil || !actions.isEmpty
            return try SchedulerWorld.require(!isChanged, "an environment was started twice")
        }
        if let invocation = environment.invocation {
            try SchedulerWorld.require(
                scheduler.environmentStarted(id) == invocation, "an environment starts with something else")
            world.environments[id]?.doing = .busy
            return
        }
        let actions = scheduler.environmentReady(id, nowNanoseconds: world.now)
        try idle(id, actions)
    }

    /// An environment is free, with what the scheduler does about it.
    private mutating func idle(_ id: EnvironmentID, _ actions: [SchedulerAction<NumberedVersion>]) throws {
        world.environments[id]?.doing = .idle
        world.environments[id]?.idleSince = world.event
        world.environments[id]?.idleSinceNanoseconds = world.now
        world.subject = id
        try world.perform(actions)
    }

    /// An environment that starts is asked for its invocation, or what came of that is reported.
    private mutating func move() throws {
        guard let target = world.moves.keys.sorted().randomElement(using: &random) else { return }
        if world.moves[target]?.state == .asked { decideMove(target) } else { try report(target) }
    }

    private mutating func decideMove(_ target: EnvironmentID) {
        guard let move = world.moves[target] else { return }
        let source = world.environments[move.source]
        let isPossible = source?.doing == .starting && source?.invocation == move.invocation
        let isGivenUp = isPossible && Int.random(in: 0..<4, using: &random) > 0
        world.moves[target]?.state = isGivenUp ? .givenUp : .kept
        if isGivenUp { world.environments[move.source]?.invocation = nil }
    }

    private mutating func report(_ target: EnvironmentID) throws {
        guard let move = world.moves.removeValue(forKey: target) else { return }
        let isGivenUp = move.state == .givenUp
        if isGivenUp { world.moving = move }
        let actions = scheduler.withdrawn(for: target, isGivenUp: isGivenUp, nowNanoseconds: world.now)
        if !isGivenUp, world.environments[target]?.doing == .reserved { return try idle(target, actions) }
        try world.perform(actions)
        try SchedulerWorld.require(world.moving == nil, "an invocation was lost on its way")
    }

    private mutating func answer(_ id: EnvironmentID) throws {
        let actions = scheduler.environmentFinished(id, nowNanoseconds: world.now)
        guard world.environments[id]?.doing == .busy else {
            return try SchedulerWorld.require(actions.isEmpty, "an answer out of turn had an effect")
        }
        world.answered += 1
        world.environments[id]?.invocation = nil
        world.environments[id]?.hasWorked = true
        try idle(id, actions)
    }

    private mutating func end(_ id: EnvironmentID) throws {
        let (invocation, actions) = scheduler.environmentEnded(id, nowNanoseconds: world.now)
        let environment = world.environments.removeValue(forKey: id)
        let move = environment?.doing == .starting ? world.moves.first { $0.value.source == id } : nil
        try SchedulerWorld.require(
            invocation == (move == nil ? environment?.invocation : nil), "an invocation was lost with its environment")
        if environment?.invocation != nil { world.answered += 1 }
        if let (target, move) = move, move.state != .givenUp {
            world.moves[target]?.state = .kept
            world.moves[target]?.isOver = true
        }
        world.ids.removeAll { $0 == id }
        if let environment, environment.isProvisioned, !environment.hasWorked {
            world.retries[environment.version.number] = world.now + 64_000_000_000
        }
        try world.perform(actions)
    }

    private mutating func endOfWhatIsEnding() throws {
        for id in world.ids where world.environments[id]?.doing == .ending { return try end(id) }
    }

    private mutating func change(_ version: NumberedVersion) throws {
        world.revisions[version.number] += 1
        // What is provisioned is provisioned for a revision.
        world.targets[version.number] = 0
        if Bool.random(using: &random) {
            try world.perform(scheduler.delete(version, nowNanoseconds: world.now))
        } else {
            try world.perform(
                scheduler.provision(version, count: 0, revision: 0, memoryMebibytes: 0, nowNanoseconds: world.now))
            try world.perform(scheduler.update(version, revision: world.revisions[version.number]))
        }
    }

    private mutating func reserve() throws {
        let function = Int.random(in: 0..<world.reserved.count, using: &random)
        let amount = Bool.random(using: &random) ? nil : Int.random(in: 0...6, using: &random)
        world.reserved[function] = amount
        scheduler.reserve(amount, for: function, of: function / 2)
    }

    private mutating func provision(_ version: NumberedVersion) throws {
        let count = Int.random(in: 0...3, using: &random)
        world.targets[version.number] = count
        world.retries[version.number] = 0
        try world.perform(
            scheduler.provision(
                version, count: count, revision: world.revisions[version.number],
                memoryMebibytes: version.memoryMebibytes, nowNanoseconds: world.now))
    }

    /// What holds after each event.
    private func check() throws {
        let used = world.used
        try SchedulerWorld.require(used.fits(world.limits.host), "the host's limit was exceeded")
        try SchedulerWorld.require(scheduler.used == used, "the host's share is not what is there")
        for account in 0..<2 {
            let running = world.running { $0.account == account }
            try SchedulerWorld.require(
                scheduler.concurrency(of: account) == running, "the account's invocations are miscounted")
        }
        try SchedulerWorld.require(scheduler.line.count == world.waiting.count, "who waits is miscounted")
        try checkWaiters(used)
        try checkProvisioned(used)
    }

    private func checkWaiters(_ used: HostShare) throws {
        guard !world.waiting.isEmpty else { return }
        var afterwards = used
        for environment in world.environments.values {
            if environment.doing == .ending { afterwards -= .one(memoryMebibytes: environment.version.memoryMebibytes) }
            guard environment.doing == .idle, !world.isOutdated(environment) else { continue }
            let hasWork = world.waiting.values.contains {
                $0.version == environment.version && $0.revision == environment.revision
            }
            try SchedulerWorld.require(!hasWork, "an invocation waits beside an idle environment")
        }
        let canStart = world.waiting.values.allSatisfy {
            (used + .one(memoryMebibytes: $0.version.memoryMebibytes)).fits(world.limits.host)
        }
        try SchedulerWorld.require(!canStart, "an invocation waits although there is room")
        for waiter in world.waiting.values { afterwards += .one(memoryMebibytes: waiter.version.memoryMebibytes) }
        let isAnyIdle = world.environments.values.contains { $0.doing == .idle && !$0.isProvisioned }
        try SchedulerWorld.require(
            afterwards.fits(world.limits.host) || !isAnyIdle, "an invocation waits while others are idle")
    }

    private func checkProvisioned(_ used: HostShare) throws {
        for version in NumberedVersion.all where world.targets[version.number] > 0 {
            let count = world.provisionedCount(of: version)
            let target = world.targets[version.number]
            try SchedulerWorld.require(
                count >= target || world.retries[version.number] > world.lastPassed
                    || !(used + .one(memoryMebibytes: version.memoryMebibytes)).fits(world.limits.host),
                "provisioned concurrency is lacking")
            let status = scheduler.provisionedStatus(of: version)
            try SchedulerWorld.require(
                status.requested == target && status.available <= min(count, target), "its status is not what is there")
        }
    }

    /// Everything that is under way ends, and everything that came was answered.
    private mutating func finish() throws {
        world.event += 1
        while world.running(where: { _ in true }) > 0 {
            world.now += 1_000_000_000
            try world.perform(scheduler.timePassed(nowNanoseconds: world.now))
            for target in world.moves.keys.sorted() {
                if world.moves[target]?.state == .asked { decideMove(target) }
                try report(target)
            }
            for id in world.ids {
                try start(id)
                try answer(id)
                if world.environments[id]?.doing == .ending { try end(id) }
            }
        }
        try SchedulerWorld.require(world.answered == lastInvocation, "an invocation was never answered")
        try SchedulerWorld.require(scheduler.invocationCount == 0, "an invocation was forgotten")
    }
}

@Suite struct SchedulerSimulationTests {
    /// A run has its own number of environments, limits and luck.
    private static let events = 10_000

    /// `STRATA_SIMULATION_SEED` names the seed of a run that failed: that one is run again, and no other.
    @Test(arguments: 0..<4)
    func `no sequence of events breaks a rule`(part: Int) throws {
        if let text = getenv("STRATA_SIMULATION_SEED"), let seed = UInt64(String(cString: text)) {
            return run(seed: seed)
        }
        for _ in 0..<26 { run(seed: .random(in: .min ... .max)) }
    }

    private func run(seed: UInt64) {
        var simulation = Simulation(seed: seed)
        do { try simulation.run(events: Self.events) } catch {
            Issue.record("STRATA_SIMULATION_SEED=\(seed), event \(simulation.world.event): \(error)")
        }
    }
}
