internal import Domain
internal import HTTP
internal import LinuxSystem
internal import Packaging
internal import Sandbox
internal import SandboxPlan
internal import Scheduler
internal import Synchronization
internal import Telemetry

extension EnvironmentPool {
    /// A decision of the scheduler with the objects that it is about: what is left to do once the lock is released.
    enum Action: Sendable {
        case start(ExecutionEnvironment)
        case assign(ExecutionEnvironment, Invocation)
        /// The environment that starts, where it is there.
        case withdraw(from: ExecutionEnvironment?, for: EnvironmentID, InvocationID)
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
            case .withdraw(let number, let source, let target):
                return .withdraw(from: state.environments[source], for: target, number)
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
            case .withdraw(let source, let target, let number):
                perform(noteWithdrawn(source?.withdraw(), number, for: target))
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
        let isAccepted = reactor.submit {
            if self.awaitsInstallation(of: environment.revision) {
                self.submitStartLater(environment)
            } else {
                self.makeSandbox(of: environment)
            }
        }
        guard !isAccepted else { return }
        environment.sandboxFailed(
            InvocationRefusal.unavailable("Too many environments start at once.", cause: nil))
    }

    /// No thread waits meanwhile.
    private func submitStartLater(_ environment: ExecutionEnvironment) {
        _ = reactor.schedule(atNanoseconds: reactor.now().nanoseconds + 50_000_000) { [weak self] in
            self?.submitStart(environment)
        }
    }

    /// The longest wait for a runtime's folder, from the begin of its installation: the first function of a first day
    /// would not find AWS's SDK otherwise. It is over before clients give up, and counts towards no time of the
    /// function.
    private static let installationNanoseconds: UInt64 = 20_000_000_000

    private func awaitsInstallation(of revision: FunctionRevision) -> Bool {
        guard case .installing(let since)? = runtimeFolders?.status(of: revision.runtime.description),
            reactor.now().nanoseconds < since + Self.installationNanoseconds
        else { return false }
        return !state.withLock { $0.isStopping }
    }

    /// Adds what is prepared for a version: bytecode, and the runtime's folder with AWS's SDK.
    private func addPrepared(to plan: inout SandboxPlan, of revision: FunctionRevision) {
        plan.extraBinds += bytecode?.binds(for: revision) ?? []
        guard case .ready(let folder) = runtimeFolders?.status(of: revision.runtime.description) else { return }
        plan.runtimeFiles = folder
    }

    /// Makes an environment's sandbox. On one of the reactor's threads.
    private func makeSandbox(of environment: ExecutionEnvironment) {
        guard environment.sandboxMakingBegins() else { return }
        do {
            let listener = host.usesHostNetwork ? try OwnListener() : nil
            var plan = try FunctionSandbox(
                revision: environment.revision, host: host, isProvisioned: environment.isProvisioned,
                logStreamName: environment.streamName.description,
                runtimeAPI: "127.0.0.1:\(listener?.port ?? FunctionSandbox.runtimeAPIPort)",
                credentials: host.credentials(environment.revision)
            ).plan()
            addPrepared(to: &plan, of: environment.revision)
            let sandbox = try sandboxes.start(plan)
            if !environment.sandboxMade(ConnectedSandbox(sandbox: sandbox, ownListener: listener)) { sandbox.close() }
        } catch {
            environment.sandboxFailed(error)
        }
    }

    /// Hands a connection from inside an environment to the HTTP server. The runtime API's listener is the
    /// first of an environment, the gateway's the second.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    func accept(_ listener: Int32, _ index: Int, of environment: ExecutionEnvironment) -> Bool {
        guard let connection = ConnectionAcceptor.accept(listener) else { return false }
        let origin = EnvironmentOrigin(environment: environment.id.number, isRuntimeAPI: index == 0)
        connections.adopt(connection: connection, origin: origin.number)
        return true
    }

    /// Handles what programs of an environment have sent before one of them ended, then calls `body`: an answer that a
    /// runtime sends just before it exits is one. An answer that its caller reads too slowly is cut.
    func readReceived(
        _ listeners: [Int32], of environment: ExecutionEnvironment, then body: @escaping @Sendable () -> Void
    ) {
        for (index, listener) in listeners.enumerated() {
            for _ in 0..<Self.acceptedAtOnce where !accept(listener, index, of: environment) { break }
        }
        let deadline = reactor.now().nanoseconds + Self.lastReadNanoseconds
        let limit = reactor.schedule(atNanoseconds: deadline) { [self] in hangUp(environment) }
        connections.readReceived(of: Set(Self.origins(of: environment))) { [reactor] in
            reactor.cancel(limit)
            body()
        }
    }

    /// As many connections as a listener's queue holds: programs that go on must not keep the thread.
    private static let acceptedAtOnce = 128
    private static let lastReadNanoseconds: UInt64 = 5_000_000_000

    /// Closes the connections of a sandbox that has ended.
    func hangUp(_ environment: ExecutionEnvironment) {
        for origin in Self.origins(of: environment) { connections.hangUp(origin: origin) }
    }

    private static func origins(of environment: ExecutionEnvironment) -> [UInt32] {
        [true, false].map { EnvironmentOrigin(environment: environment.id.number, isRuntimeAPI: $0).number }
    }

    /// Closes a sandbox that has ended, away from the loop: removing a cgroup may take its time.
    func close(_ sandbox: any RunningSandbox) {
        if !reactor.submit({ sandbox.close() }) { sandbox.close() }
    }

    /// An environment runs the invocation that it was started for.
    func noteStarted(_ environment: ExecutionEnvironment) {
        state.withLock { _ = $0.scheduler.environmentStarted(environment.id) }
    }

    /// The init phase of an environment that has no invocation is over.
    func noteReady(_ environment: ExecutionEnvironment) -> [Action] {
        decide { $0.environmentReady(environment.id, nowNanoseconds: $1) }
    }

    /// An environment that starts has given its invocation up for another environment, or has kept it (`nil`).
    private func noteWithdrawn(
        _ invocation: Invocation?, _ number: InvocationID, for target: EnvironmentID
    ) -> [Action] {
        state.withLock { state in
            state.invocations[number] = invocation
            let actions = state.scheduler.withdrawn(
                for: target, isGivenUp: invocation != nil, nowNanoseconds: reactor.now().nanoseconds)
            return take(actions, &state)
        }
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
