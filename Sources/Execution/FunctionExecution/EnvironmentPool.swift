package import Domain
internal import HTTP
internal import LinuxSystem
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
        var isDraining = false
    }

    let state: Mutex<State>
    let host: FunctionHost
    let sandboxes: any SandboxProvider
    let logs: LogStore
    let loop: EventLoop
    let freezer: IdleFreezer
    /// Makes sandboxes: a few milliseconds of system calls each, and no more at once than the machine has use for.
    let starter: WorkQueue
    let limits: SchedulerLimits
    /// Takes the connections that environments open.
    let connections: any EnvironmentConnections

    /// Starts the pool's threads.
    package init(
        host: FunctionHost, sandboxes: any SandboxProvider, logs: LogStore, limits: SchedulerLimits,
        connections: any EnvironmentConnections
    ) throws {
        self.host = host
        self.sandboxes = sandboxes
        self.logs = logs
        self.connections = connections
        self.limits = limits
        state = Mutex(State(scheduler: Scheduler(limits: limits)))
        loop = try EventLoop(name: "environments")
        freezer = IdleFreezer(loop: loop)
        starter = try WorkQueue(name: "starter", threadCount: 4, capacity: limits.environments)
        schedulePassing()
    }

    /// Runs an invocation: in an environment that is idle, or in a new one as soon as there is room for it, or not at
    /// all.
    package func invoke(_ invocation: Invocation) {
        let actions = state.withLock { state -> [Action]? in
            guard !state.isDraining else { return nil }
            state.lastInvocation += 1
            let id = InvocationID(number: state.lastInvocation)
            state.invocations[id] = invocation
            let actions = state.scheduler.invoke(
                id, of: invocation.revision.key, revision: invocation.revision.number,
                memoryMebibytes: invocation.revision.memoryMebibytes,
                nowNanoseconds: MonotonicClock.nowNanoseconds())
            return take(actions, &state)
        }
        guard let actions else { return invocation.complete(.refused(Self.isStopping)) }
        perform(actions)
    }

    /// `$LATEST` of a function has changed: environments of snapshots with a lower number end with what they run.
    package func update(_ function: FunctionID, number: UInt64) {
        let key = FunctionKey(function: function, version: .latest)
        perform(state.withLock { take($0.scheduler.update(key, revision: number), &$0) })
    }

    /// A version of a function is gone.
    package func delete(_ function: FunctionID, _ version: FunctionVersion) {
        let key = FunctionKey(function: function, version: version)
        perform(
            state.withLock { state in
                state.provisioned[key] = nil
                return take(
                    state.scheduler.delete(key, nowNanoseconds: MonotonicClock.nowNanoseconds()), &state)
            })
    }

    /// Refuses new invocations, waits until the running ones are done, for `seconds` at most, and ends every
    /// environment.
    ///
    /// - Parameter isImpatient: asked again and again meanwhile; when it says yes, nothing is waited for any more.
    package func stop(afterSeconds seconds: Double, isImpatient: () -> Bool) {
        drain()
        let deadline = MonotonicClock.nowNanoseconds() + UInt64(seconds * 1e9)
        while MonotonicClock.nowNanoseconds() < deadline, busyCount > 0, !isImpatient() {
            SystemThread.sleep(milliseconds: 5)
        }
        for environment in state.withLock({ Array($0.environments.values) }) {
            settle(environment, environment.retire())
        }
        // Extensions have their two seconds; without any, nothing takes that long.
        let patience = MonotonicClock.nowNanoseconds() + 3_000_000_000
        while MonotonicClock.nowNanoseconds() < patience, !state.withLock({ $0.environments.isEmpty }) {
            SystemThread.sleep(milliseconds: 2)
        }
        starter.close()
        loop.stop()
    }

    /// How many environments run an invocation, or start for one.
    package var busyCount: Int { state.withLock { $0.scheduler.invocationCount } }

    /// Refuses new invocations, and those that wait for a place; what is provisioned is not kept any more.
    private func drain() {
        let (actions, waiting) = state.withLock { state -> ([Action], [Action]) in
            state.isDraining = true
            let waiting = take(state.scheduler.stopWaiting(), &state)
            let keys = Array(state.provisioned.keys)
            return (keys.flatMap { provision($0, nil, count: 0, &state) }, waiting)
        }
        for case .throttle(let invocation, _) in waiting { invocation.complete(.refused(Self.isStopping)) }
        perform(actions)
    }

    private static let isStopping = InvocationRefusal.unavailable(
        "Strata is stopping; call again when it is back.", cause: nil)

    /// Does what is due, now and every second: idle environments end, and failed ones are started again.
    private func schedulePassing() {
        passTime()
        _ = loop.schedule(atNanoseconds: MonotonicClock.nowNanoseconds() + 1_000_000_000) { [weak self] in
            self?.schedulePassing()
        }
    }

    /// Lets the scheduler know what time it is.
    func passTime() {
        let actions = state.withLock { state in
            take(state.scheduler.timePassed(nowNanoseconds: MonotonicClock.nowNanoseconds()), &state)
        }
        perform(actions)
    }
}
