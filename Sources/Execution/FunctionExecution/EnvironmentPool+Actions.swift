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
        case start(ExecutionEnvironment, Invocation)
        case provision(ExecutionEnvironment)
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
                let environment = ExecutionEnvironment(id: id, revision: invocation.revision, logs: logs, loop: loop)
                state.environments[id] = environment
                return .start(environment, invocation)
            case .provision(let id, let key):
                guard let revision = state.provisioned[key] else { return nil }
                let environment = ExecutionEnvironment(
                    id: id, revision: revision, logs: logs, loop: loop, isProvisioned: true)
                state.environments[id] = environment
                return .provision(environment)
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
            case .start(let environment, let invocation):
                environment.expect(invocation)
                limitStart(of: environment)
                submitStart(environment)
            case .provision(let environment): submitStart(environment)
            case .wait(let untilNanoseconds):
                _ = loop.schedule(atNanoseconds: untilNanoseconds) { [weak self] in self?.passTime() }
            case .assign(let environment, let invocation):
                offer(invocation, to: environment, seconds: invocation.revision.timeoutSeconds)
            case .throttle(let invocation, let reason):
                invocation.complete(.refused(refusal(of: invocation, reason)))
            case .retire(let environment):
                settle(environment, environment.retire())
            }
        }
    }

    /// Why an invocation is throttled. One that no limit will ever let through is told so.
    private func refusal(of invocation: Invocation, _ reason: ThrottleReason) -> InvocationRefusal {
        let memory = invocation.revision.memoryMebibytes
        return memory > limits.memoryMebibytes
            ? .exceedsHostMemory(functionMebibytes: memory, hostMebibytes: limits.memoryMebibytes)
            : .throttled(reason)
    }

    /// Makes an environment's sandbox as soon as a thread has time for it.
    func submitStart(_ environment: ExecutionEnvironment) {
        guard !starter.submit({ self.start(environment) }) else { return }
        end(environment, environment.notStarted(.unavailable("Too many environments start at once.", cause: nil)))
    }

    /// Answers the invocation of an environment whose sandbox is not there in time: the kernel may be busy with taking
    /// other sandboxes down, and a system call that waits for it cannot be interrupted.
    private func limitStart(of environment: ExecutionEnvironment) {
        let deadline = MonotonicClock.nowNanoseconds() + Self.startPatienceNanoseconds
        _ = loop.schedule(atNanoseconds: deadline) { [weak self, weak environment] in
            guard let self, let environment else { return }
            settle(environment, environment.expireStart())
        }
    }

    /// Longer than a thousand sandboxes take that are asked for at once, and shorter than clients wait.
    private static let startPatienceNanoseconds: UInt64 = 45_000_000_000

    private func offer(_ invocation: Invocation, to environment: ExecutionEnvironment, seconds: Int) {
        let timer = timer(for: invocation, in: environment, seconds: seconds)
        guard !environment.offer(invocation, timer: timer) else { return }
        // Its process ended at this very moment. The scheduler hears of that by itself; the work goes to another.
        loop.cancel(timer)
        invoke(invocation)
    }

    /// Ends an environment whose invocation takes too long.
    func timer(
        for invocation: Invocation, in environment: ExecutionEnvironment, seconds: Int
    ) -> EventLoop.Token {
        let deadline = MonotonicClock.nowNanoseconds() + UInt64(seconds) * 1_000_000_000
        let requestID = invocation.requestID
        return loop.schedule(atNanoseconds: deadline) { [self] in
            settle(environment, environment.expire(requestID))
        }
    }

    /// Makes an environment's sandbox and connects it. On one of the starter's threads.
    func start(_ environment: ExecutionEnvironment) {
        // Its time may have run out in the queue, or the server may be stopping.
        guard environment.isWanted else { return ended(environment, .killed) }
        do {
            let listener = host.usesHostNetwork ? try OwnListener() : nil
            let plan = try FunctionSandbox(
                revision: environment.revision, host: host, isProvisioned: environment.isProvisioned,
                logStreamName: environment.streamName.description,
                runtimeAPI: "127.0.0.1:\(listener?.port ?? FunctionSandbox.runtimeAPIPort)",
                credentials: host.credentials?(environment.revision)
            ).plan()
            let sandbox = try sandboxes.start(plan)
            let now = MonotonicClock.nowNanoseconds()
            let goesOn = environment.begin(sandbox, nowNanoseconds: now)
            do { try connect(environment, sandbox, ownListener: listener) } catch {
                sandbox.close()
                throw error
            }
            guard goesOn else { return sandbox.kill() }
            limitInit(of: environment, beginNanoseconds: now)
            settle(environment, environment.refuseSurplus())
        } catch let error as InvocationRefusal {
            end(environment, environment.notStarted(error))
        } catch {
            let failure = InvocationRefusal.unavailable(
                "The execution environment could not be started: \(error). `strata doctor` says what this "
                    + "host lacks.", cause: error)
            end(environment, environment.notStarted(failure))
        }
    }

    /// Watches everything of a sandbox that can become readable.
    private func connect(
        _ environment: ExecutionEnvironment, _ sandbox: any RunningSandbox, ownListener: OwnListener?
    ) throws {
        let watches = WatchList(loop: loop)
        do {
            let listeners = ownListener.map { [$0.descriptor] } ?? sandbox.listeners
            for (index, listener) in listeners.enumerated() {
                try watches.add(listener) { [weak self] _ in self?.accept(listener, index, of: environment) }
            }
            try watches.add(sandbox.output) { watch in
                if !environment.drain() { watch.cancel() }
            }
            if let output = sandbox.companionOutput {
                try watches.add(output) { watch in
                    if !environment.drainExtensions() { watch.cancel() }
                }
            }
            try watches.add(sandbox.newsDescriptor) { [weak self] _ in
                for news in sandbox.takeNews() { self?.settle(environment, environment.take(news)) }
            }
            try watches.add(sandbox.processDescriptor) { [weak self] _ in
                guard let exit = sandbox.reap() else { return }
                watches.cancel()
                ownListener?.close()
                self?.ended(environment, exit)
                self?.close(sandbox)
            }
        } catch {
            watches.cancel()
            throw error
        }
        watchMemory(of: environment, sandbox)
    }

    /// Hands a connection from inside an environment to the HTTP server. The runtime API's listener is the
    /// first of an environment, the gateway's the second.
    private func accept(_ listener: Int32, _ index: Int, of environment: ExecutionEnvironment) {
        guard let connection = ConnectionAcceptor.accept(listener) else { return }
        let origin = EnvironmentOrigin(environment: environment.id.number, isRuntimeAPI: index == 0)
        connections.adopt(connection: connection, origin: origin.number)
    }

    /// Closes a sandbox that has ended, away from the loop: removing a cgroup may take its time.
    private func close(_ sandbox: any RunningSandbox) {
        if !starter.submit({ sandbox.close() }) { sandbox.close() }
    }

    /// An environment is gone: its invocation is answered, and its place is free.
    func end(_ environment: ExecutionEnvironment, _ remains: ExecutionEnvironment.Remains) {
        if let timer = remains.timer { loop.cancel(timer) }
        let actions = state.withLock { state in
            state.environments[environment.id] = nil
            return take(
                state.scheduler.environmentEnded(
                    environment.id, nowNanoseconds: MonotonicClock.nowNanoseconds()
                ).actions, &state)
        }
        if let completion = remains.completion { completion.invocation.complete(completion.result) }
        for waiter in remains.waiters { waiter.respond(HTTPResponse(status: 410)) }
        perform(actions)
        if let unseen = remains.unseen { invoke(unseen) }
    }

    /// Where no cgroup limits memory, looks at it every few milliseconds and ends an environment that takes too much.
    private func watchMemory(of environment: ExecutionEnvironment, _ sandbox: any RunningSandbox) {
        guard !sandbox.memory().isEnforced else { return }
        let limitBytes = UInt64(environment.revision.memoryMebibytes) << 20
        let next = MonotonicClock.nowNanoseconds() + Self.memoryWatchNanoseconds
        _ = loop.schedule(atNanoseconds: next) { [weak self] in
            guard !environment.isGone else { return }
            // What is idle is frozen, and takes no more memory than it has.
            if environment.isBusy, sandbox.memory().currentBytes > limitBytes { sandbox.killForMemory() }
            self?.watchMemory(of: environment, sandbox)
        }
    }

    /// Often enough that a function that fills memory as fast as it can is some 20 MB over its limit when it ends.
    private static let memoryWatchNanoseconds: UInt64 = 20_000_000
}
