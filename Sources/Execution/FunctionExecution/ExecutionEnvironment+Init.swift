internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import SandboxPlan
internal import Synchronization
internal import Telemetry

/// Why an init phase failed.
struct InitFailure: Sendable {
    /// How it is reported.
    let status: EventStatus
    /// What the caller is told when it was the last: the runtime's own error, or ours.
    let answer: Answer

    enum Answer: Sendable {
        case fault(RuntimeFault)
        case failure(RuntimeFailure)
    }

    static let timeout = InitFailure(status: .timeout, answer: .failure(.signaled(9)))

    init(_ fault: RuntimeFault) {
        self.init(status: .error(type: fault.type ?? "Runtime.Unknown"), answer: .fault(fault))
    }

    init(_ failure: RuntimeFailure) {
        self.init(status: .error(type: failure.type), answer: .failure(failure))
    }

    private init(status: EventStatus, answer: Answer) {
        self.status = status
        self.answer = answer
    }
}

extension ExecutionEnvironment {
    /// The sandbox runs; the init phase begins. `false` when the environment was ended while it was being made.
    func begin(_ sandbox: any RunningSandbox, nowNanoseconds: UInt64) -> Bool {
        state.withLock { state in
            state.sandbox = sandbox
            state.lifecycle.began(hasExternalExtensions: state.extensions.hasExternal)
            state.isRuntimeRunning = !state.extensions.hasExternal
            if state.repeatedInit == nil { state.initStartNanoseconds = nowNanoseconds }
            let version = revision.runtime.description.replacing("python", with: "python:")
            let function = FunctionDescription(
                name: revision.function.name.description, version: revision.version.description,
                runtimeVersion: version, instanceID: streamName.description,
                memoryBytes: UInt64(revision.memoryMebibytes) << 20)
            emit(.initStart(phase(state), function), &state)
            flushLog(&state)
            return state.ending == nil
        }
    }

    /// The init phase that the environment is in, or was in last.
    private func phase(_ state: State) -> InitPhase {
        let attempt = state.repeatedInit == nil ? EnvironmentLifecycle.Attempt.initially : .withinInvocation
        return InitPhase(
            phase: attempt.rawValue,
            initializationType: FunctionSandbox.initializationType(isProvisioned: isProvisioned))
    }

    private func initDuration(nowNanoseconds: UInt64, _ state: State) -> UInt64 {
        nowNanoseconds - (state.repeatedInit?.nanoseconds ?? state.initStartNanoseconds ?? nowNanoseconds)
    }

    /// The runtime has asked for its first event: nobody registers any more.
    func runtimeIsReady(_ state: inout State) {
        state.extensions.closeRegistration()
        emit(.initRuntimeDone(phase(state), .success), &state)
    }

    /// The init phase is over once the runtime and every extension have asked for their first event. From here on the
    /// function has the CPU that its memory pays for.
    func serveIfReady(nowNanoseconds: UInt64, _ state: inout State) -> Aftermath {
        guard state.session.isWaiting, state.extensions.areAllReady, state.lifecycle.ready() != nil else {
            return Aftermath()
        }
        reportExtensions(&state)
        let duration = initDuration(nowNanoseconds: nowNanoseconds, state)
        emit(.initReport(phase(state), .success, durationNanoseconds: duration), &state)
        state.telemetry.closeSubscriptions()
        if state.repeatedInit == nil { state.initNanoseconds = duration }
        _ = state.sandbox?.setCPU(cores: SandboxLimits(memoryMB: revision.memoryMebibytes).cpuCores)
        return deliverFirst(nowNanoseconds: nowNanoseconds, &state)
    }

    private func deliverFirst(nowNanoseconds: UInt64, _ state: inout State) -> Aftermath {
        guard let invocation = state.invocation else { return Aftermath(isReady: isProvisioned) }
        // The handler's time begins now, unless some of it went into an init phase that was repeated.
        let start = state.repeatedInit?.milliseconds ?? WallClock.nowMilliseconds()
        let isRepeated = state.repeatedInit != nil
        let event = invocation.event(nowMilliseconds: start)
        let waiter = state.session.offer(event)
        markStart(of: invocation, event, nowNanoseconds: nowNanoseconds, &state)
        var aftermath = Aftermath(started: isRepeated ? nil : invocation)
        if let waiter { aftermath.answers.append((waiter, event.response())) }
        for listener in state.extensions.isEmpty ? [] : state.extensions.invoke() {
            aftermath.answers.append((listener, Self.extensionEvent(of: event)))
        }
        return aftermath
    }

    private func reportExtensions(_ state: inout State) {
        for standing in state.extensions.standings {
            emit(
                .extension(
                    name: standing.name, state: standing.state, events: standing.events.map(\.rawValue),
                    errorType: standing.errorType), &state)
        }
    }

    /// The runtime says that it cannot start.
    func initFailed(_ fault: RuntimeFault) -> Aftermath {
        state.withLock { failInit(InitFailure(fault), &$0) }
    }

    /// The ten seconds of the init phase are over. Its repetition is bounded by the invocation's own time.
    func expireInit() -> Aftermath {
        state.withLock { state in
            guard state.lifecycle.attempt == .initially else { return Aftermath() }
            return failInit(.timeout, &state)
        }
    }

    /// The sandbox is not there in time. It is ended as soon as it is.
    func expireStart() -> Aftermath {
        state.withLock { state in
            guard state.sandbox == nil, !state.isGone, state.ending == nil, let invocation = state.invocation else {
                return Aftermath()
            }
            state.ending = .failed
            state.invocation = nil
            state.lifecycle.end()
            let error = InvocationRefusal.unavailable(
                "The host could not make an execution environment in time; call again in a moment.", cause: nil)
            return Aftermath(
                completion: Completion(invocation: invocation, result: .refused(error)), isLeaving: true)
        }
    }

    /// Takes the timer of the init phase. `false` where that is over already, or is bounded otherwise.
    func keepInitTimer(_ timer: EventLoop.Token) -> Bool {
        state.withLock { state in
            guard state.lifecycle.attempt == .initially, state.ending == nil, state.timer == nil else { return false }
            state.timer = timer
            return true
        }
    }

    /// The init phase has failed: it is run once more within the invocation, or the invocation fails with it.
    func failInit(_ failure: InitFailure, _ state: inout State) -> Aftermath {
        guard let outcome = state.lifecycle.initFailed(canRetry: state.invocation != nil && state.ending == nil) else {
            return Aftermath()
        }
        let now = MonotonicClock.nowNanoseconds()
        reportInitFailure(failure, nowNanoseconds: now, &state)
        var aftermath = Aftermath(needlessTimer: state.timer)
        state.timer = nil
        if outcome == .end {
            if let invocation = state.invocation, state.ending == nil {
                aftermath.completion = fail(invocation, failure.answer, nowNanoseconds: now, &state)
            }
            state.ending = state.ending ?? .failed
            aftermath.isLeaving = true
        }
        aftermath.add(beginShutdown(failure.status == .timeout ? .timeout : .failure, &state))
        return aftermath
    }

    /// Writes what a failed init phase has printed, and its report.
    func reportInitFailure(_ failure: InitFailure, nowNanoseconds: UInt64, _ state: inout State) {
        drain(&state)
        drainExtensions(&state)
        log(state.splitter.takeRest(), &state)
        emit(.initRuntimeDone(phase(state), failure.status), &state)
        reportExtensions(&state)
        let duration = initDuration(nowNanoseconds: nowNanoseconds, state)
        emit(.initReport(phase(state), failure.status, durationNanoseconds: duration), &state)
        flushLog(&state)
    }

    /// The sandbox of a failed init phase is gone. Everything begins anew, in the time of the invocation that waits.
    ///
    /// - Returns: the invocation.
    func restart(_ state: inout State) -> Invocation? {
        state.session = RuntimeSession()
        state.extensions = ExtensionSession(external: revision.extensions)
        state.shutdown = ShutdownSequence()
        state.telemetry.reset()
        state.sandbox = nil
        state.isRuntimeRunning = false
        state.isFrozen = false
        state.repeatedInit = (MonotonicClock.nowNanoseconds(), WallClock.nowMilliseconds())
        return state.invocation
    }
}
