package import Domain
internal import HTTP
internal import LinuxSystem
package import Packaging
internal import RuntimeAPI
package import Sandbox
package import Scheduler
internal import Synchronization
package import Telemetry

/// All execution environments of a server: the shell around the scheduler.
///
/// It holds the scheduler's lock for the length of one decision, and performs the actions after that. The environments'
/// own locks are never taken inside it.
package final class EnvironmentPool: Sendable {
    struct State {
        var scheduler: Scheduler<FunctionKey>
        var environments: [EnvironmentID: ExecutionEnvironment] = [:]
        /// Those that the scheduler has not given to an environment.
        var invocations: [InvocationID: Invocation] = [:]
        /// What provisioned environments are started for.
        var provisioned: [FunctionKey: FunctionRevision] = [:]
        var lastInvocation: UInt64 = 0
        var isStopping = false
    }

    let state: Mutex<State>
    let host: FunctionHost
    let sandboxes: any SandboxProvider
    /// Has the bytecode of packages; `nil` where nothing is compiled.
    let bytecode: BytecodeCompiler?
    /// Has the folders of runtimes with AWS's SDK; `nil` where there are none.
    let runtimeFolders: RuntimeFolders?
    let logs: LogStore
    let reactor: any Reactor
    let limits: SchedulerLimits
    /// Takes the connections that environments open.
    let connections: any EnvironmentConnections

    /// Starts the pool's threads.
    package convenience init(
        host: FunctionHost, sandboxes: any SandboxProvider, bytecode: BytecodeCompiler?,
        runtimeFolders: RuntimeFolders?,
        logs: LogStore, limits: SchedulerLimits, connections: any EnvironmentConnections
    ) throws {
        self.init(
            host: host, sandboxes: sandboxes, bytecode: bytecode, runtimeFolders: runtimeFolders, logs: logs,
            limits: limits, connections: connections,
            reactor: try ThreadedReactor(capacity: limits.environments))
    }

    /// Makes a pool that finds the time, and its threads, elsewhere.
    init(
        host: FunctionHost, sandboxes: any SandboxProvider, bytecode: BytecodeCompiler? = nil,
        runtimeFolders: RuntimeFolders? = nil, logs: LogStore, limits: SchedulerLimits,
        connections: any EnvironmentConnections, reactor: any Reactor
    ) {
        self.host = host
        self.sandboxes = sandboxes
        self.bytecode = bytecode
        self.runtimeFolders = runtimeFolders
        self.logs = logs
        self.connections = connections
        self.limits = limits
        state = Mutex(State(scheduler: Scheduler(limits: limits)))
        self.reactor = reactor
        schedulePassing()
    }

    /// Runs an invocation: in an environment that is idle, or in a new one as soon as there is room for it, or not at
    /// all.
    package func invoke(_ invocation: Invocation) {
        let actions = state.withLock { state -> [Action]? in
            guard !state.isStopping else { return nil }
            state.lastInvocation += 1
            let id = InvocationID(number: state.lastInvocation)
            state.invocations[id] = invocation
            let actions = state.scheduler.invoke(
                id, of: invocation.revision.key, revision: invocation.revision.number,
                memoryMebibytes: invocation.revision.memoryMebibytes,
                nowNanoseconds: reactor.now().nanoseconds)
            return take(actions, &state)
        }
        guard let actions else { return invocation.complete(.refused(Self.stopping)) }
        perform(actions)
    }

    /// Has made in the background what environments of a version need: bytecode, and the runtime's folder.
    package func prepare(_ revision: FunctionRevision) {
        _ = runtimeFolders?.status(of: revision.runtime.description)
        bytecode?.prepare(revision)
    }

    /// `$LATEST` of a function has changed: environments of snapshots with a lower number end with what they run.
    package func update(_ function: FunctionID, number: UInt64) {
        let key = FunctionKey(function: function, version: .latest)
        let actions = state.withLock { take($0.scheduler.update(key, revision: number), &$0) }
        perform(actions)
    }

    /// A version of a function is gone.
    package func delete(_ function: FunctionID, _ version: FunctionVersion) {
        let key = FunctionKey(function: function, version: version)
        let actions = state.withLock { state in
            state.provisioned[key] = nil
            return take(state.scheduler.delete(key, nowNanoseconds: reactor.now().nanoseconds), &state)
        }
        perform(actions)
    }

    /// Refuses new invocations, waits until the running ones are done, for `seconds` at most, and ends every
    /// environment.
    ///
    /// - Parameter isImpatient: asked again and again meanwhile; when it says yes, nothing is waited for any more.
    package func stop(afterSeconds seconds: Double, isImpatient: () -> Bool) {
        refuseNew()
        let deadline = reactor.now().nanoseconds + UInt64(seconds * 1e9)
        while reactor.now().nanoseconds < deadline, busyCount > 0, !isImpatient() {
            reactor.pause(milliseconds: 5)
        }
        for environment in state.withLock({ Array($0.environments.values) }) {
            environment.retire()
        }
        // Extensions have their two seconds; without any, nothing takes that long.
        let patience = reactor.now().nanoseconds + 3_000_000_000
        while reactor.now().nanoseconds < patience, !state.withLock({ $0.environments.isEmpty }) {
            reactor.pause(milliseconds: 2)
        }
        reactor.stop()
    }

    /// How many environments run an invocation, or start for one.
    package var busyCount: Int { state.withLock { $0.scheduler.invocationCount } }

    /// Refuses new invocations, and those that wait for a place; what is provisioned is not kept any more.
    private func refuseNew() {
        let (actions, waiting) = state.withLock { state -> ([Action], [Action]) in
            state.isStopping = true
            let waiting = take(state.scheduler.stopWaiting(), &state)
            let keys = Array(state.provisioned.keys)
            return (keys.flatMap { provision($0, nil, count: 0, &state) }, waiting)
        }
        for case .throttle(let invocation, _) in waiting { invocation.complete(.refused(Self.stopping)) }
        perform(actions)
    }

    private static let stopping = InvocationRefusal.unavailable(
        "Strata is stopping; call again when it is back.", cause: nil)

    /// Does what is due, now and every second: idle environments end, failed ones are started again, and what long
    /// handlers have in their logs is written.
    private func schedulePassing() {
        passTime()
        for environment in state.withLock({ Array($0.environments.values) }) { environment.flushLog() }
        _ = reactor.schedule(atNanoseconds: reactor.now().nanoseconds + 1_000_000_000) { [weak self] in
            self?.schedulePassing()
        }
    }

    /// Has what environments of a function hold of its log written, so that a reader who has the answer of an
    /// invocation finds its END and REPORT. Blocks until that is done, for half a second at most: a disk may be slow.
    package func writeLog(of function: FunctionID) {
        let environments = state.withLock { state in
            state.environments.values.filter { $0.revision.function == function }
        }
        let writes = UnfinishedWrites(count: environments.count + 1)
        for environment in environments { environment.flushLog { writes.didFinishOne() } }
        // Those of environments that are gone already.
        if !reactor.submitLogging({ writes.didFinishOne() }) { writes.didFinishOne() }
        let deadline = reactor.now().nanoseconds + Self.logReaderNanoseconds
        while !writes.areFinished, reactor.now().nanoseconds < deadline { reactor.pause(milliseconds: 1) }
    }

    private static let logReaderNanoseconds: UInt64 = 500_000_000

    /// Lets the scheduler know what time it is.
    func passTime() {
        let actions = state.withLock { state in
            take(state.scheduler.timePassed(nowNanoseconds: reactor.now().nanoseconds), &state)
        }
        perform(actions)
    }
}

/// Counts the writes that a reader of a log waits for.
private final class UnfinishedWrites: Sendable {
    private let count: Atomic<Int>

    init(count: Int) { self.count = Atomic(count) }

    func didFinishOne() { count.subtract(1, ordering: .releasing) }

    var areFinished: Bool { count.load(ordering: .acquiring) <= 0 }
}
