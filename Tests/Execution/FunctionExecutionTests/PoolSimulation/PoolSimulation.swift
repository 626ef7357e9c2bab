import Domain
import LinuxSystem
import SandboxPlan
import Scheduler
import SeededRandom
import Synchronization
import Telemetry

@testable import FunctionExecution

/// The real pool, with its scheduler, machines and shells, between simulated clients, sandboxes and a clock.
///
/// ``Simulation`` performs decisions itself, in any order that threads could, a million times. This one has a single
/// thread and fewer events, and shows that the shells of the product keep the same promises.
final class PoolSimulation: Sendable {
    struct State {
        var random: SeededGenerator
        /// Events so far: what clients, programs, operators and the clock do.
        var event = 0
        var lastInvocation = 0
        /// Invocations that have no answer.
        var unanswered: Set<Int> = []
        /// What the runtime of each sandbox does, by the number of its process.
        var runtimes: [Int32: SimulatedRuntime] = [:]
        /// The number of the present snapshot of each function.
        var revisions = [UInt64](repeating: 1, count: PoolSimulation.functionCount)
        /// Whether programs do as they should: to come to an end.
        var isCalm = false
        var violation: String?
        /// How invocations ended, and what sandboxes were told.
        var reached: Set<String> = []
    }

    static let functionCount = 4
    /// Begins request ids, so that none is a status.
    static let requestPrefix = "request-"
    private static let account = AccountID("000000000000").unsafelyUnwrapped
    private static let region = Region("us-east-1").unsafelyUnwrapped

    let state: Mutex<State>
    let limits: SchedulerLimits
    let reactor = ManualReactor()
    let provider = FakeSandboxProvider()
    let pool: EnvironmentPool
    /// The timers and watches of a pool without environments.
    private let idleCount: (timers: Int, watches: Int)

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        limits = .simulated(using: &random)
        let host = FunctionHost(
            userland: Userland(), interpreters: [:], runtimeFiles: "/none", gatewayPort: 4566,
            credentials: { _ in FunctionCredentials(accessKeyID: "ASIA", secretAccessKey: "s", sessionToken: "t") })
        pool = EnvironmentPool(
            host: host, sandboxes: provider, logs: LogStore(root: "/dev/null/logs"), limits: limits,
            connections: NoConnections(), reactor: reactor)
        idleCount = reactor.pendingCount
        state = Mutex(State(random: random))
        provider.whileMaking { [weak self] in self?.goOnWhileMaking() }
    }

    var event: Int { state.withLock { $0.event } }
    var reached: Set<String> { state.withLock { $0.reached } }

    func number(in range: ClosedRange<Int>) -> Int { state.withLock { Int.random(in: range, using: &$0.random) } }

    func happens(_ permille: Int) -> Bool { number(in: 0...999) < permille }

    /// Notes that a promise was broken. Not thrown: much is found in closures that the pool calls.
    func expect(_ holds: Bool, _ violation: String) {
        if !holds { state.withLock { $0.violation = $0.violation ?? violation } }
    }

    private func throwViolation() throws {
        if let violation = state.withLock({ $0.violation }) { throw Violation(description: violation) }
    }
}

// The run
extension PoolSimulation {
    func run(events: Int) throws {
        while event < events {
            state.withLock { $0.event += 1 }
            switch number(in: 0...99) {
            case 0..<15: invoke()
            case 15..<30: reactor.performWork { self.number(in: 0...($0 - 1)) }
            case 30..<33: change()
            case 33..<45: passTime()
            default: act()
            }
            check()
            try throwViolation()
        }
        try finish()
    }

    /// A client invokes a function.
    private func invoke() {
        let function = number(in: 0...(Self.functionCount - 1))
        let (number, revision) = state.withLock { state in
            state.lastInvocation += 1
            state.unanswered.insert(state.lastInvocation)
            return (state.lastInvocation, state.revisions[function])
        }
        pool.invoke(
            Invocation(
                requestID: "\(Self.requestPrefix)\(number)", revision: self.revision(of: function, revision),
                payload: [],
                invokedARN: "arn", clientContext: nil, traceID: nil
            ) { [weak self] result in self?.didAnswer(number, result) })
    }

    /// A client has its answer. What happens before this returns, happens while a thread performs for an environment:
    /// what that decides meanwhile is performed later.
    private func didAnswer(_ number: Int, _ result: InvocationResult) {
        let isFirst = state.withLock { $0.unanswered.remove(number) != nil }
        expect(isFirst, "invocation \(number) was answered twice")
        note(result)
        guard !state.withLock({ $0.isCalm }) else { return }
        while happens(300) { act() }
        if happens(150) { invoke() }
    }

    private func note(_ result: InvocationResult) {
        let name =
            switch result {
            case .answered: "answered"
            case .failed: "failed"
            case .refused(.throttled): "throttled"
            case .refused: "refused"
            }
        reach(name)
    }

    /// Notes that the run got somewhere.
    func reach(_ name: String) { state.withLock { _ = $0.reached.insert(name) } }

    /// What happens while a thread makes a sandbox, which may take longer than anything waits for it.
    private func goOnWhileMaking() {
        guard !state.withLock({ $0.isCalm }) else { return }
        while happens(200) { happens(500) ? act() : change() }
        if happens(20) { reactor.advance(milliseconds: 50_000) }
    }

    private func passTime() {
        switch number(in: 0...99) {
        case 0: reactor.advance(milliseconds: UInt64(number(in: 0...20_000)))
        case 1..<15: reactor.advance(milliseconds: UInt64(number(in: 0...1_000)))
        default: reactor.advance(milliseconds: UInt64(number(in: 0...20)))
        }
        _ = reactor.writeLogs()
        provider.forgetClosed()
    }

    /// An operator changes a function, or the host runs short of something.
    private func change() {
        let function = number(in: 0...(Self.functionCount - 1))
        let id = functionID(function)
        switch number(in: 0...5) {
        case 0:
            let revision = state.withLock { state in
                state.revisions[function] += 1
                return state.revisions[function]
            }
            pool.update(id, number: revision)
        case 1:
            let revision = revision(of: function, state.withLock { $0.revisions[function] })
            pool.provision([(revision, number(in: 0...2))], of: id)
        case 2: pool.reserve(happens(500) ? nil : number(in: 0...3), for: id)
        case 3: provider.fail(happens(200))
        case 4: reactor.refuseWork(happens(200))
        default: pool.delete(id, .latest)
        }
    }

    /// A program of one of the environments does something.
    private func act() {
        let ids = pool.state.withLock { $0.environments.keys.sorted { $0.number < $1.number } }
        guard !ids.isEmpty else { return }
        let id = ids[number(in: 0...(ids.count - 1))]
        if let environment = pool.state.withLock({ $0.environments[id] }) { runPrograms(of: environment) }
    }

    /// What holds at every moment.
    private func check() {
        let onHost = provider.sandboxes.count { !$0.isClosed && $0.reap() == nil }
        expect(onHost <= limits.environments, "more sandboxes are on the host than it has room for")
        let account = AccountKey(account: Self.account, region: Self.region)
        let (counted, found, running) = pool.state.withLock {
            ($0.scheduler.environmentCount.all, $0.environments.count, $0.scheduler.concurrency(of: account))
        }
        expect(counted == found, "the scheduler counts \(counted) environments, and the pool has \(found)")
        expect(running <= limits.accountConcurrency, "the limit on concurrency was exceeded")
        let working = state.withLock { state in
            state.runtimes.values.compactMap(\.invocation).filter(state.unanswered.contains)
        }
        expect(working.count <= limits.accountConcurrency, "more runtimes work than may at once")
        expect(Set(working).count == working.count, "two runtimes work on one invocation")
    }

    /// Everything that is under way ends, everything that came was answered, and nothing is left.
    private func finish() throws {
        state.withLock { $0.isCalm = true }
        provider.fail(false)
        reactor.refuseWork(false)
        for function in 0..<Self.functionCount { pool.provision([], of: functionID(function)) }
        try quiesce { state.withLock { $0.unanswered.isEmpty } }
        expect(state.withLock { $0.unanswered.isEmpty }, "an invocation was never answered")
        for environment in pool.state.withLock({ Array($0.environments.values) }) { environment.retire() }
        try quiesce { pool.state.withLock { $0.environments.isEmpty } }
        let left = pool.state.withLock { ($0.environments.count, $0.invocations.count) }
        expect(left == (0, 0), "\(left.0) environments and \(left.1) invocations were leaked")
        expect(pool.busyCount == 0, "the scheduler counts an invocation that is over")
        provider.forgetClosed()
        expect(provider.sandboxes.isEmpty, "a sandbox was not closed")
        // Those who waited for room have a timer, which fires for nothing.
        reactor.advance(milliseconds: 3_000)
        expect(reactor.pendingCount == idleCount, "a timer or a watch was leaked")
        try throwViolation()
    }

    private func quiesce(until isDone: () -> Bool) throws {
        for _ in 0..<200 where !isDone() {
            for environment in pool.state.withLock({ Array($0.environments.values) }) { runPrograms(of: environment) }
            reactor.runWork()
            reactor.advance(milliseconds: 50)
            _ = reactor.writeLogs()
            check()
            try throwViolation()
        }
        reactor.runWork()
    }
}

// Functions
extension PoolSimulation {
    private func functionID(_ number: Int) -> FunctionID {
        FunctionID(
            account: Self.account, region: Self.region, name: FunctionName("function-\(number)").unsafelyUnwrapped)
    }

    private func revision(of function: Int, _ number: UInt64) -> FunctionRevision {
        FunctionRevision(
            function: functionID(function), version: .latest, number: number,
            runtime: RuntimeIdentifier("provided.al2023").unsafelyUnwrapped, role: "role", handler: "handler",
            architecture: .ofThisHost, memoryMebibytes: 128, temporaryStorageMebibytes: 512,
            timeoutSeconds: 1 + function, environment: [:], allowsRecursion: false,
            logFormat: .text, packages: [], codeTree: "/none/code", layerTrees: [], meter: FunctionMeter())
    }
}
