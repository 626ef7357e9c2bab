internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Scheduler
internal import Synchronization
internal import Telemetry

/// All execution environments of a server: the shell around the scheduler.
///
/// It holds the scheduler's lock for the length of one decision, and performs the actions after that. The environments'
/// own locks are never taken inside it.
final class EnvironmentPool: Sendable {
    struct State {
        var scheduler: Scheduler<FunctionKey, AccountKey>
        var environments: [EnvironmentID: ExecutionEnvironment] = [:]
        var invocations: [InvocationID: Invocation] = [:]
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
    /// Takes the connections that environments open, with who is behind them (``EnvironmentOrigin``).
    let adopt: @Sendable (_ connection: Int32, _ origin: UInt32) -> Void

    init(
        host: FunctionHost, sandboxes: any SandboxProvider, logs: LogStore, limits: SchedulerLimits,
        adopt: @escaping @Sendable (_ connection: Int32, _ origin: UInt32) -> Void
    ) throws {
        self.host = host
        self.sandboxes = sandboxes
        self.logs = logs
        self.adopt = adopt
        state = Mutex(State(scheduler: Scheduler(limits: limits)))
        loop = try EventLoop(name: "environments")
        freezer = IdleFreezer(loop: loop)
        starter = try WorkQueue(name: "starter", threadCount: 4, capacity: limits.environments)
        scheduleIdleCheck()
    }

    /// Runs an invocation: now, in an environment that is idle or in a new one, or not at all.
    func invoke(_ invocation: Invocation) {
        let actions = state.withLock { state -> [Action]? in
            guard !state.isDraining else { return nil }
            state.lastInvocation += 1
            let id = InvocationID(number: state.lastInvocation)
            state.invocations[id] = invocation
            let function = invocation.revision.function
            let actions = state.scheduler.invoke(
                id, function: invocation.revision.key, revision: invocation.revision.number,
                account: AccountKey(account: function.account, region: function.region),
                nowNanoseconds: MonotonicClock.nowNanoseconds())
            return take(actions, &state)
        }
        guard let actions else {
            invocation.complete(.refused(PlatformError(.service, "Strata is stopping; call again when it is back.")))
            return
        }
        perform(actions)
    }

    /// `$LATEST` of a function has changed: environments of snapshots with a lower number end with what they run.
    func update(_ function: FunctionID, number: UInt64) {
        let key = FunctionKey(function: function, version: .latest)
        perform(state.withLock { take($0.scheduler.update(key, revision: number), &$0) })
    }

    /// A version of a function is gone.
    func delete(_ function: FunctionID, _ version: FunctionVersion) {
        let key = FunctionKey(function: function, version: version)
        perform(state.withLock { take($0.scheduler.delete(key), &$0) })
    }

    /// Refuses new invocations, waits until the running ones are done, for `seconds` at most, and ends every
    /// environment.
    ///
    /// - Parameter isImpatient: asked again and again meanwhile; when it says yes, nothing is waited for any more.
    func stop(afterSeconds seconds: Double, isImpatient: () -> Bool) {
        state.withLock { $0.isDraining = true }
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
    var busyCount: Int {
        state.withLock { state in
            let count = state.scheduler.environmentCount
            return count.all - count.idle
        }
    }

    /// Ends environments that were idle for too long, now and every few seconds.
    private func scheduleIdleCheck() {
        let actions = state.withLock { state in
            take(state.scheduler.expireIdle(nowNanoseconds: MonotonicClock.nowNanoseconds()), &state)
        }
        perform(actions)
        _ = loop.schedule(atNanoseconds: MonotonicClock.nowNanoseconds() + 5_000_000_000) { [weak self] in
            self?.scheduleIdleCheck()
        }
    }
}
