import Domain
import RuntimeAPI
import Sandbox
import Scheduler
import SeededRandom

@testable import FunctionExecution

/// A rule that was broken.
struct Violation: Error, CustomStringConvertible {
    let description: String

    static func unless(_ condition: Bool, _ words: @autoclosure () -> String) throws {
        if !condition { throw Violation(description: words()) }
    }
}

/// What a broken shell does: each must be seen by the simulation's checks.
enum ShellDefect: CaseIterable, Sendable {
    case losesCompletions, answersTwice, forgetsTheEnd, answersBeforeDraining, freezesWithoutThawing, leavesSandboxes
    case keepsTimers, dropsQuestions, losesHandedBack, losesWithdrawn, startsTooMany
}

/// The scheduler, machines, simulated sandboxes and a clock: the world around a shell that performs what they decide.
///
/// Decisions are made at once, as under a lock; what they lead to is performed later, one action of one environment at
/// a time, in an order between environments that only the seed knows. That is what threads may do.
struct Simulation {
    typealias Environment = SimulatedEnvironment
    typealias Action = EnvironmentAction<SimulatedResources>

    /// A step that the pool performs after it has released its lock.
    enum PoolStep {
        case start(Environment)
        case assign(Environment, SimulatedInvocation)
        case withdraw(Environment?, InvocationID, for: EnvironmentID)
        case throttle(SimulatedInvocation)
        case retire(Environment)
    }

    var random: SeededGenerator
    var scheduler: Scheduler<SimulatedVersion>
    let limits: SchedulerLimits
    let defect: ShellDefect?
    var now: UInt64 = 1_000_000_000
    /// Events so far: those of machines and of the scheduler, and actions that were performed.
    var event = 0

    /// Those that the pool finds by their number.
    var environments: [EnvironmentID: Environment] = [:]
    /// All that have something to do.
    var all: [Environment] = []
    /// What threads of the pool have yet to perform, a list for each.
    var steps: [[PoolStep]] = []
    /// Invocations that the scheduler has not given to an environment.
    var invocations: [InvocationID: SimulatedInvocation] = [:]
    /// Invocations that have no answer.
    var unanswered: Set<Int> = []
    var revisions = [UInt64](repeating: 1, count: SimulatedVersion.all.count)
    var lastInvocation = 0
    var lastID: UInt64 = 0
    var lastWaiter = 0
    var lastSandbox = 0
    var lastIdentifier = 0
    /// The kinds of action that were performed, where that is asked for.
    var reached: Set<Substring>?
    /// Whether programs do as they should: to come to an end.
    var isCalm = false

    init(seed: UInt64, defect: ShellDefect? = nil) {
        random = SeededGenerator(seed: seed)
        limits = .simulated(using: &random)
        self.defect = defect
        scheduler = Scheduler(limits: limits)
    }

    var moment: Moment { Moment(nanoseconds: now, milliseconds: Int64(now / 1_000_000)) }

    mutating func happens(_ permille: Int) -> Bool { Int.random(in: 0..<1000, using: &random) < permille }

    // The run

    mutating func run(events: Int) throws {
        while event < events {
            step()
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<12: try invoke()
            case 12..<30: try performPoolStep()
            case 30..<32: try change()
            default: try act()
            }
            try check()
        }
        try finish()
    }

    private mutating func step() {
        switch Int.random(in: 0..<1000, using: &random) {
        case 0: now += UInt64.random(in: 0...20_000_000_000, using: &random)
        case 1..<15: now += UInt64.random(in: 0...1_000_000_000, using: &random)
        default: now += UInt64.random(in: 0...3_000_000, using: &random)
        }
    }

    /// Something happens in or to an environment.
    private mutating func act() throws {
        guard let environment = all.randomElement(using: &random) else { return }
        if environment.hasPending, happens(700) { return try perform(environment) }
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<2: try make(environment)
        case 2..<4: try fireTimers(environment)
        default: try runPrograms(environment)
        }
    }

    private mutating func change() throws {
        let version = SimulatedVersion.all[Int.random(in: 0..<SimulatedVersion.all.count, using: &random)]
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            revisions[version.number] += 1
            take(scheduler.update(version, revision: revisions[version.number]))
        case 1:
            take(
                scheduler.provision(
                    version, count: Int.random(in: 0...2, using: &random), revision: revisions[version.number],
                    memoryMebibytes: 128, nowNanoseconds: now))
        case 2:
            let amount = Bool.random(using: &random) ? nil : Int.random(in: 0...3, using: &random)
            scheduler.reserve(amount, for: version.function, of: 0)
        default: take(scheduler.timePassed(nowNanoseconds: now))
        }
    }

    /// What holds at every moment.
    private func check() throws {
        var onHost = 0
        var working = 0
        for environment in all {
            if environment.isOnHost { onHost += 1 }
            if environment.isWorking { working += 1 }
        }
        try Violation.unless(onHost <= limits.environments, "more environments are on the host than it has room for")
        try Violation.unless(working <= limits.accountConcurrency, "the limit on concurrency was exceeded")
    }

    /// Everything that is under way ends, everything that came was answered, and nothing is left.
    private mutating func finish() throws {
        isCalm = true
        for version in SimulatedVersion.all {
            take(scheduler.provision(version, count: 0, revision: 0, memoryMebibytes: 0, nowNanoseconds: now))
        }
        try quiesce { $0.unanswered.isEmpty }
        try Violation.unless(unanswered.isEmpty, "an invocation was never answered")
        for environment in all { environment.pending += environment.machine.retire(at: moment) }
        try quiesce { $0.all.isEmpty }
        try Violation.unless(all.isEmpty && environments.isEmpty, "an environment was leaked")
        try Violation.unless(scheduler.invocationCount == 0, "the scheduler counts an invocation that is over")
        try Violation.unless(scheduler.environmentCount.all == 0, "the scheduler counts an environment that is gone")
    }

    /// Lets everything that is due happen, until a condition holds.
    private mutating func quiesce(until isDone: (Simulation) -> Bool) throws {
        for _ in 0..<200 where !isDone(self) {
            now += 250_000_000
            take(scheduler.timePassed(nowNanoseconds: now))
            for _ in 0..<30 {
                while !steps.isEmpty { try performPoolStep() }
                for environment in all {
                    try make(environment)
                    try runPrograms(environment)
                    try fireTimers(environment)
                    while environment.hasPending { try perform(environment) }
                }
            }
            try check()
        }
    }
}

// The pool: what the shell does around the scheduler.
extension Simulation {
    private mutating func invoke() throws {
        lastInvocation += 1
        let version = SimulatedVersion.all[Int.random(in: 0..<SimulatedVersion.all.count, using: &random)]
        unanswered.insert(lastInvocation)
        invoke(
            SimulatedInvocation(
                number: lastInvocation, version: version, revision: revisions[version.number],
                waitsForLog: lastInvocation.isMultiple(of: 2)))
    }

    mutating func invoke(_ invocation: SimulatedInvocation) {
        lastID += 1
        let id = InvocationID(number: lastID)
        invocations[id] = invocation
        take(
            scheduler.invoke(
                id, of: invocation.version, revision: invocation.revision, memoryMebibytes: 128, nowNanoseconds: now))
    }

    /// Finds the objects of the scheduler's decisions, to be performed later.
    mutating func take(_ actions: [SchedulerAction<SimulatedVersion>]) {
        event += 1
        let list = actions.compactMap { action -> PoolStep? in
            switch action {
            case .start(let id, let version, _, let number):
                return .start(add(id, version, isProvisioned: false, for: invocations.removeValue(forKey: number)))
            case .provision(let id, let version): return .start(add(id, version, isProvisioned: true, for: nil))
            case .assign(let id, let number):
                guard let invocation = invocations.removeValue(forKey: number) else { return nil }
                return environments[id].map { .assign($0, invocation) }
            case .withdraw(let number, let source, let target):
                return .withdraw(environments[source], number, for: target)
            case .throttle(let number, _): return invocations.removeValue(forKey: number).map { .throttle($0) }
            case .retire(let id): return environments[id].map { .retire($0) }
            case .wait: return nil
            }
        }
        if !list.isEmpty { steps.append(list) }
    }

    private mutating func add(
        _ id: EnvironmentID, _ version: SimulatedVersion, isProvisioned: Bool, for invocation: SimulatedInvocation?
    ) -> Environment {
        let environment = Environment(id: id, version: version, isProvisioned: isProvisioned, for: invocation)
        environments[id] = environment
        all.append(environment)
        return environment
    }

    private mutating func performPoolStep() throws {
        guard let thread = steps.indices.randomElement(using: &random) else { return }
        event += 1
        let step = steps[thread].removeFirst()
        if steps[thread].isEmpty { steps.remove(at: thread) }
        switch step {
        case .start(let environment): environment.pending += environment.machine.start(at: moment)
        case .assign(let environment, let invocation):
            guard let actions = environment.machine.offer(invocation, at: moment) else { return invoke(invocation) }
            environment.pending += actions
        case .withdraw(let source, let number, let target):
            let (invocation, actions) = source?.machine.withdraw() ?? (nil, [])
            source?.pending += actions
            invocations[number] = defect == .losesWithdrawn ? nil : invocation
            take(scheduler.withdrawn(for: target, isGivenUp: invocation != nil, nowNanoseconds: now))
        case .throttle(let invocation): try answer(invocation)
        case .retire(let environment): environment.pending += environment.machine.retire(at: moment)
        }
    }

    mutating func answer(_ invocation: SimulatedInvocation) throws {
        try Violation.unless(
            unanswered.remove(invocation.number) != nil, "invocation \(invocation.number) was answered twice")
    }
}
