internal import Domain
internal import HTTP
internal import LinuxSystem
internal import Sandbox
internal import Scheduler
internal import Synchronization
internal import Telemetry

extension EnvironmentPool {
    /// A decision of the scheduler with the objects that it is about: what is left to do once the lock is released.
    enum Action: Sendable {
        case start(ExecutionEnvironment)
        case assign(ExecutionEnvironment, Invocation)
        case wait(untilNanoseconds: UInt64)
        case throttle(Invocation, ThrottleReason)
        case retire(ExecutionEnvironment)
    }

    /// Finds the objects of the scheduler's actions. Under the lock.
    func take(_ actions: [SchedulerAction<FunctionKey>], _ state: inout State) -> [Action] {
        actions.compactMap { action in
            switch action {
            case .start(let id, _, _, let number):
                guard let invocation = state.invocations.removeValue(forKey: number) else { return nil }
                let environment = ExecutionEnvironment(
                    id: id, revision: invocation.revision, pool: self, for: invocation)
                state.environments[id] = environment
                return .start(environment)
            case .provision(let id, let key):
                guard let revision = state.provisioned[key] else { return nil }
                let environment = ExecutionEnvironment(id: id, revision: revision, pool: self, for: nil)
                state.environments[id] = environment
                return .start(environment)
            case .wait(_, let untilNanoseconds):
                return .wait(untilNanoseconds: untilNanoseconds)
            case .assign(let id, let number):
                guard let invocation = state.invocations.removeValue(forKey: number) else { return nil }
                return state.environments[id].map { .assign($0, invocation) }
            case .throttle(let number, let reason):
                return state.invocations.removeValue(forKey: number).map { .throttle($0, reason) }
            case .retire(let id):
                return state.environments[id].map { .retire($0) }
            }
        }
    }

    /// Does what was decided. Without the lock.
    func perform(_ actions: [Action]) {
        for action in actions {
            switch action {
            case .start(let environment): environment.start()
            case .wait(let untilNanoseconds):
                _ = reactor.schedule(atNanoseconds: untilNanoseconds) { [weak self] in self?.passTime() }
            case .assign(let environment, let invocation):
                guard !environment.offer(invocation) else { continue }
                // Its process has ended at this very moment. Its concurrency is freed first: otherwise the invocation
                // would count twice, and be throttled by its own first attempt.
                perform(noteLeaving(environment))
                invoke(invocation)
            case .throttle(let invocation, let reason):
                invocation.complete(.refused(refusal(of: invocation, reason)))
            case .retire(let environment): environment.retire()
            }
        }
    }

    /// Why an invocation is throttled. One that can never run on this host gets a refusal of its own.
    private func refusal(of invocation: Invocation, _ reason: ThrottleReason) -> InvocationRefusal {
        let memory = invocation.revision.memoryMebibytes
        return memory > limits.memoryMebibytes
            ? .exceedsHostMemory(functionMebibytes: memory, hostMebibytes: limits.memoryMebibytes)
            : .throttled(reason)
    }
}

// What environments want done.
extension EnvironmentPool {
    /// Makes an environment's sandbox as soon as a thread has time for it.
    func submitStart(_ environment: ExecutionEnvironment) {
        guard !reactor.submit({ self.makeSandbox(of: environment) }) else { return }
        environment.sandboxFailed(
            InvocationRefusal.unavailable("Too many environments start at once.", cause: nil))
    }

    /// Makes an environment's sandbox. On one of the reactor's threads.
    private func makeSandbox(of environment: ExecutionEnvironment) {
        guard environment.sandboxMakingBegins() else { return }
        do {
            let listener = host.usesHostNetwork ? try OwnListener() : nil
            let plan = try FunctionSandbox(
                revision: environment.revision, host: host, isProvisioned: environment.isProvisioned,
                logStreamName: environment.streamName.description,
                runtimeAPI: "127.0.0.1:\(listener?.port ?? FunctionSandbox.runtimeAPIPort)",
                credentials: host.credentials?(environment.revision)
            ).plan()
            let sandbox = try sandboxes.start(plan)
            if !environment.sandboxMade(ConnectedSandbox(sandbox: sandbox, ownListener: listener)) { sandbox.close() }
        } catch {
            environment.sandboxFailed(error)
        }
    }

    /// Hands a connection from inside an environment to the HTTP server. The runtime API's listener is the
    /// first of an environment, the gateway's the second.
    func accept(_ listener: Int32, _ index: Int, of environment: ExecutionEnvironment) {
        guard let connection = ConnectionAcceptor.accept(listener) else { return }
        let origin = EnvironmentOrigin(environment: environment.id.number, isRuntimeAPI: index == 0)
        connections.adopt(connection: connection, origin: origin.number)
    }

    /// Closes the connections of a sandbox that has ended.
    func hangUp(_ environment: ExecutionEnvironment) {
        for isRuntimeAPI in [true, false] {
            let origin = EnvironmentOrigin(environment: environment.id.number, isRuntimeAPI: isRuntimeAPI)
            connections.hangUp(origin: origin.number)
        }
    }

    /// Closes a sandbox that has ended, away from the loop: removing a cgroup may take its time.
    func close(_ sandbox: any RunningSandbox) {
        if !reactor.submit({ sandbox.close() }) { sandbox.close() }
    }

    /// The init phase of an environment is over.
    func noteStarted(_ environment: ExecutionEnvironment) -> [Action] {
        decide { $0.environmentStarted(environment.id, nowNanoseconds: $1).actions }
    }

    /// An environment takes the next invocation.
    func noteIdle(_ environment: ExecutionEnvironment) -> [Action] {
        decide { $0.environmentFinished(environment.id, nowNanoseconds: $1) }
    }

    /// An environment runs nothing any more: its invocation's place is free before its extensions have ended.
    func noteLeaving(_ environment: ExecutionEnvironment) -> [Action] {
        decide { $0.environmentLeaving(environment.id, nowNanoseconds: $1).actions }
    }

    /// An environment is gone, and its place is free. One critical section: an invocation that arrived between two
    /// would be assigned to an environment that is not found any more, and be lost.
    func noteGone(_ environment: ExecutionEnvironment) -> [Action] {
        state.withLock { state in
            let actions = state.scheduler.environmentEnded(
                environment.id, nowNanoseconds: reactor.now().nanoseconds
            ).actions
            state.environments[environment.id] = nil
            return take(actions, &state)
        }
    }

    /// Asks the scheduler what something leads to.
    private func decide(
        _ event: (inout Scheduler<FunctionKey>, UInt64) -> [SchedulerAction<FunctionKey>]
    ) -> [Action] {
        state.withLock { take(event(&$0.scheduler, reactor.now().nanoseconds), &$0) }
    }

    /// Where no cgroup limits memory, measures it every few milliseconds and ends an environment that takes too much.
    func watchMemory(of environment: ExecutionEnvironment, _ sandbox: any RunningSandbox) {
        guard !sandbox.memory().isEnforced else { return }
        watchMemory(of: environment, sandbox, afterNanoseconds: Self.memoryWatchNanoseconds)
    }

    private func watchMemory(
        of environment: ExecutionEnvironment, _ sandbox: any RunningSandbox, afterNanoseconds delay: UInt64
    ) {
        _ = reactor.schedule(atNanoseconds: reactor.now().nanoseconds + delay) { [weak self] in
            guard let self, environment.isCurrent(sandbox) else { return }
            // What is idle is frozen, and takes no more memory than it has.
            if environment.isBusy, reactor.submitMeasuring({ self.measureMemory(of: environment, sandbox) }) { return }
            watchMemory(of: environment, sandbox)
        }
    }

    /// Ends an environment that takes too much memory, or measures again later. On the reactor's thread for measuring.
    private func measureMemory(of environment: ExecutionEnvironment, _ sandbox: any RunningSandbox) {
        let start = reactor.now().nanoseconds
        let limitBytes = UInt64(environment.revision.memoryMebibytes) << 20
        if sandbox.memory().currentBytes > limitBytes { return sandbox.killForMemory() }
        let duration = reactor.now().nanoseconds - start
        watchMemory(
            of: environment, sandbox,
            afterNanoseconds: max(Self.memoryWatchNanoseconds, Self.measuringShare * duration))
    }

    /// Often enough that a function that fills memory as fast as it can is some 20 MB over its limit when it ends.
    private static let memoryWatchNanoseconds: UInt64 = 20_000_000

    /// Between two measurements is this many times what the last one took: they cost a tenth of a processor at most.
    private static let measuringShare: UInt64 = 9
}
