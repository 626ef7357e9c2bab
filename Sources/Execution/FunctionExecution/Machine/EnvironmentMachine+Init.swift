internal import Domain
internal import RuntimeAPI
internal import Sandbox
internal import Telemetry

extension EnvironmentMachine {
    /// The environment is to be made. Called once; it may have been retired before that.
    mutating func start(at now: Moment) -> [Action] {
        if case .making = phase { makeSandbox(at: now) } else { leaveIfUnmade() }
        return takeActions()
    }

    private mutating func makeSandbox(at now: Moment) {
        if isBusy { setTimer(.start, deadlineNanoseconds: now.nanoseconds + EnvironmentPatience.startNanoseconds) }
        add(.makeSandbox)
    }

    /// The shell is about to make the sandbox that was asked for.
    ///
    /// - Returns: whether it is still wanted: the invocation's time may have run out in the queue, or the server may be
    ///   stopping. Where it is not, the environment is gone.
    mutating func sandboxMakingBegins() -> (isWanted: Bool, actions: [Action]) {
        if case .making = phase { return (true, []) }
        leaveIfUnmade()
        return (false, takeActions())
    }

    private mutating func leaveIfUnmade() {
        guard case .shuttingDown(let shutdown, let job) = phase, !shutdown.hasSandbox else { return }
        leave(completion: job.map { Completion(invocation: invocation(of: $0), outcome: .refused(.stopped)) })
    }

    /// The sandbox runs, and the init phase begins.
    ///
    /// - Returns: `nil` for a sandbox that was not asked for: the shell closes it.
    mutating func sandboxMade(_ sandbox: Resources.Sandbox, at now: Moment) -> [Action]? {
        switch phase {
        case .making(let attempt, let invocation):
            cancelTimer(.start)
            add(.attach(sandbox))
            begin(
                InitRun(
                    attempt: attempt, startNanoseconds: attempt.repeatedSince?.nanoseconds ?? now.nanoseconds,
                    invocation: invocation), at: now)
        case .shuttingDown(var shutdown, let job) where !shutdown.hasSandbox:
            shutdown.hasSandbox = true
            phase = .shuttingDown(shutdown, job)
            add(.attach(sandbox))
            add(.killSandbox)
        default: return nil
        }
        return takeActions()
    }

    private mutating func begin(_ run: InitRun, at now: Moment) {
        phase = extensions.hasExternal ? .registering(run) : .initialising(run)
        add(.log(.initStart(name(of: run.attempt), description.function)))
        // Where the phase fails, its error is in the tail once, although the phase is run twice.
        add(.resetLogTail)
        add(.flushLog)
        if run.attempt == .first {
            let seconds = description.isProvisioned ? LambdaLimits.provisionedInitSeconds : LambdaLimits.initSeconds
            setTimer(.initPhase, deadlineNanoseconds: now.nanoseconds + UInt64(seconds) * 1_000_000_000)
        }
        // A function with more extensions than it may have fails with the first that is too many.
        guard description.extensions.count > ExtensionLimits.extensions else { return }
        extensions.launchFailed(program: ExtensionLimits.extensions + 1, errorType: "TooManyExtensions")
        fail(.extension("Extension.LaunchError", "ErrTooManyExtensions"), at: now)
    }

    /// Another environment is to run the invocation that this one starts for: this one goes on to start for a later
    /// one.
    ///
    /// - Returns: `nil` where it runs the invocation, repeats its init phase in the invocation's time, or ends.
    mutating func withdraw() -> (invocation: Invocation?, actions: [Action]) {
        guard case .waiting(let invocation, _)? = job else { return (nil, []) }
        switch phase {
        case .making(.first, _): phase = .making(.first, nil)
        case .registering(let run) where run.attempt == .first: phase = .registering(run.withoutInvocation)
        case .initialising(let run) where run.attempt == .first: phase = .initialising(run.withoutInvocation)
        default: return (nil, [])
        }
        cancelTimer(.start)
        return (invocation, takeActions())
    }

    /// The sandbox could not be made, or the shell could not watch it and has closed it.
    mutating func sandboxFailed(_ error: any Error) -> [Action] {
        guard !isGone else { return [] }
        leave(
            completion: job.map { Completion(invocation: invocation(of: $0), outcome: .refused(.startFailed(error))) })
        return takeActions()
    }

    /// The sandbox is not there in time: the kernel may be busy with taking other sandboxes down, and a system call
    /// that waits for it cannot be interrupted. The sandbox is ended as soon as it is there.
    mutating func expireStart(at now: Moment) {
        guard case .making(_, let invocation?) = phase else { return }
        phase = .shuttingDown(Shutdown(reason: .timeout, hasSandbox: false), nil)
        cancelTimer(.invocation)
        add(.noteLeaving)
        add(.complete(invocation, .refused(.startExpired)))
    }

    /// The runtime says that it cannot start.
    mutating func initFailed(_ fault: RuntimeFault, at now: Moment) -> [Action] {
        if let run = initRun { failInit(run, InitFailure(fault), at: now) }
        return takeActions()
    }

    /// The time of the first init phase is over. Its repetition is bounded by the invocation's own time.
    mutating func expireInit(at now: Moment) {
        guard let run = initRun, run.attempt == .first else { return }
        failInit(run, .timeout, at: now)
    }

    /// The init phase that the environment is in.
    var initRun: InitRun? {
        switch phase {
        case .registering(let run), .initialising(let run): run
        default: nil
        }
    }

    /// The init phase has failed: it is repeated within the invocation, or the invocation fails with it.
    mutating func failInit(
        _ run: InitRun, _ failure: InitFailure, runtimeHasEnded: Bool = false, at now: Moment
    ) {
        let reason: ShutdownReason = failure.status == .timeout ? .timeout : .failure
        let isRuntimeRunning = isRuntimeRunning && !runtimeHasEnded
        reportInitFailure(run.attempt, since: run.startNanoseconds, failure.status, at: now)
        cancelTimer(.initPhase)
        if run.attempt == .first, let invocation = run.invocation {
            phase = .resetting(invocation, beginShutdown(reason, isRuntimeRunning: isRuntimeRunning, at: now))
            return
        }
        let completion = job.flatMap { fail($0, with: failure.error, at: now) }
        add(.noteLeaving)
        complete(completion)
        phase = .shuttingDown(beginShutdown(reason, isRuntimeRunning: isRuntimeRunning, at: now), nil)
    }

    /// Writes what a failed init phase has printed, and its report.
    mutating func reportInitFailure(
        _ attempt: InitAttempt, since startNanoseconds: UInt64, _ status: EventStatus, at now: Moment
    ) {
        add(.drain(.function))
        add(.drain(.extensions))
        add(.endLine(.function))
        add(.log(.initRuntimeDone(name(of: attempt), status)))
        reportExtensions()
        let duration = now.nanoseconds(since: startNanoseconds)
        add(.log(.initReport(name(of: attempt), status, durationNanoseconds: duration)))
        add(.flushLog)
    }

    /// The init phase is over once the runtime and every extension have asked for their first event.
    mutating func serveIfReady(_ run: InitRun, at now: Moment) {
        guard runtime.isWaiting, extensions.areAllReady else { return }
        cancelTimer(.initPhase)
        // What the init phase has printed belongs to no invocation.
        add(.drain(.function))
        add(.endLine(.function))
        reportExtensions()
        let duration = now.nanoseconds(since: run.startNanoseconds)
        add(.log(.initReport(name(of: run.attempt), .success, durationNanoseconds: duration)))
        add(.closeSubscriptions)
        if run.attempt == .first { unreportedInitNanoseconds = duration }
        add(.applyCPUShare)
        guard let invocation = run.invocation else {
            phase = .idle(sinceNanoseconds: now.nanoseconds)
            add(.noteReady)
            return watchForFreeze(sinceNanoseconds: now.nanoseconds)
        }
        // The handler's time begins now, unless some of it went into an init phase that was repeated.
        let start = run.attempt.repeatedSince ?? now
        if run.attempt == .first { add(.noteStarted) }
        deliver(invocation, since: start, at: now)
        guard run.attempt == .first else { return }
        setTimer(.invocation, deadlineNanoseconds: now.nanoseconds + description.timeoutNanoseconds)
    }

    /// The sandbox of a failed init phase is gone. Everything begins anew, in the time of the invocation.
    mutating func restart(for invocation: Invocation, at now: Moment) {
        runtime = RuntimeSession()
        extensions = ExtensionSession(external: description.extensions)
        phase = .making(.repeated(since: now), invocation)
        add(.noteStarted)
        setTimer(.invocation, deadlineNanoseconds: now.nanoseconds + description.timeoutNanoseconds)
        makeSandbox(at: now)
    }

    private func name(of attempt: InitAttempt) -> InitPhase {
        InitPhase(phase: attempt.name, initializationType: description.initializationType)
    }

    /// The first question of the runtime: nothing registers any more.
    mutating func runtimeIsReady() {
        extensions.closeRegistration()
        if let run = initRun { add(.log(.initRuntimeDone(name(of: run.attempt), .success))) }
    }

    private mutating func reportExtensions() {
        for standing in extensions.standings {
            add(
                .log(
                    .extension(
                        name: standing.name, state: standing.state, events: standing.events.map(\.rawValue),
                        errorType: standing.errorType)))
        }
    }
}

extension Moment {
    /// The time since an earlier moment of the monotonic clock; none where that is a later one.
    func nanoseconds(since start: UInt64) -> UInt64 { nanoseconds - min(start, nanoseconds) }
}
