import SeededRandom
import Testing

@testable import Scheduler

/// What a correct shell would know about the world, kept apart from the scheduler and compared with it.
private struct World {
    enum Doing: Equatable { case starting(InvocationID), busy(InvocationID), idle }

    var doing: [EnvironmentID: Doing] = [:]
    var revisionOf: [EnvironmentID: UInt64] = [:]
    var functionOf: [EnvironmentID: Int] = [:]
    var revisions: [UInt64]
    var accountOf: [InvocationID: Int] = [:]
    var running: [Int: Int] = [:]

    mutating func perform(_ actions: [SchedulerAction<Int>], limits: SchedulerLimits) throws {
        for action in actions {
            switch action {
            case .start(let environment, let function, let revision, let invocation):
                try require(doing[environment] == nil, "an environment was started twice")
                try require(
                    !doing.contains {
                        $0.value == .idle && functionOf[$0.key] == function
                            && revisionOf[$0.key] == revision
                    }, "a new environment was started beside an idle one")
                doing[environment] = .starting(invocation)
                revisionOf[environment] = revision
                functionOf[environment] = function
                try count(invocation, limits)
            case .assign(let environment, let invocation):
                try require(doing[environment] == .idle, "an environment that is not idle was given an invocation")
                try require(
                    revisionOf[environment] == revisions[functionOf[environment] ?? 0],
                    "an outdated environment was given an invocation")
                doing[environment] = .busy(invocation)
                try count(invocation, limits)
            case .throttle(let invocation, _):
                let full = running[accountOf[invocation] ?? 0, default: 0] >= limits.accountConcurrency
                let crowded = doing.count >= limits.environments && !doing.values.contains(.idle)
                try require(full || crowded, "an invocation was throttled below the limit")
            case .retire(let environment):
                try require(doing.removeValue(forKey: environment) == .idle, "an environment was retired at work")
            }
        }
        try require(doing.count <= limits.environments, "the host's limit was exceeded")
    }

    private mutating func count(_ invocation: InvocationID, _ limits: SchedulerLimits) throws {
        let account = accountOf[invocation] ?? 0
        running[account, default: 0] += 1
        try require(running[account, default: 0] <= limits.accountConcurrency, "the account's limit was exceeded")
    }

    mutating func end(_ invocation: InvocationID?) {
        guard let invocation, let account = accountOf[invocation] else { return }
        running[account, default: 0] -= 1
    }

    struct Broken: Error, CustomStringConvertible { let description: String }

    private func require(_ condition: Bool, _ words: String) throws {
        if !condition { throw Broken(description: words) }
    }
}

@Suite struct SchedulerSimulationTests {
    @Test(arguments: [1, 2, 3, 4])
    func `no sequence of events breaks a rule`(round: UInt64) throws {
        let seed = UInt64.random(in: 0...UInt64.max) &+ round
        do { try simulate(seed: seed, events: 20_000) } catch {
            Issue.record("seed \(seed): \(error)")
        }
    }

    @Test func `a sequence that once was run before is run the same again`() throws {
        try simulate(seed: 42, events: 5_000)
    }

    private func simulate(seed: UInt64, events: Int) throws {
        var random = SeededGenerator(seed: seed)
        var limits = SchedulerLimits()
        limits.accountConcurrency = Int.random(in: 1...12, using: &random)
        limits.environments = Int.random(in: 1...20, using: &random)
        limits.idleNanoseconds = 50
        var scheduler = Scheduler<Int, Int>(limits: limits)
        var world = World(revisions: [UInt64](repeating: 1, count: 4))
        for event in 0..<events {
            let now = UInt64(event)
            let environment = world.doing.keys.sorted().randomElement(using: &random) ?? EnvironmentID(number: 9)
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<40:
                let function = Int.random(in: 0..<4, using: &random)
                let invocation = InvocationID(number: now)
                world.accountOf[invocation] = function % 2
                let actions = scheduler.invoke(
                    invocation, function: function, revision: world.revisions[function], account: function % 2,
                    nowNanoseconds: now)
                try world.perform(actions, limits: limits)
            case 40..<60:
                if let invocation = scheduler.environmentStarted(environment) {
                    world.doing[environment] = .busy(invocation)
                }
            case 60..<90:
                let actions = scheduler.environmentFinished(environment, nowNanoseconds: now)
                if case .busy(let invocation) = world.doing[environment] {
                    world.end(invocation)
                    world.doing[environment] = .idle
                }
                try world.perform(actions, limits: limits)
            case 90..<94:
                world.end(scheduler.environmentEnded(environment))
                world.doing[environment] = nil
            case 94..<97:
                let function = Int.random(in: 0..<4, using: &random)
                world.revisions[function] += 1
                try world.perform(scheduler.update(function, revision: world.revisions[function]), limits: limits)
            default:
                try world.perform(scheduler.expireIdle(nowNanoseconds: now), limits: limits)
            }
            #expect(scheduler.environmentCount.all == world.doing.count)
            for account in 0..<2 {
                #expect(scheduler.concurrency(of: account) == world.running[account, default: 0])
            }
        }
    }
}
