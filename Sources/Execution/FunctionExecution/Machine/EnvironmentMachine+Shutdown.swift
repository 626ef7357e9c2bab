internal import RuntimeAPI
internal import Sandbox
internal import Telemetry

extension EnvironmentMachine {
    /// The environment is to end, because the scheduler has no use for it any more, or because the server stops. Its
    /// extensions get SHUTDOWN, where it has any; otherwise everything in it is killed.
    mutating func retire(at now: Moment) -> [Action] {
        let job = job
        let isRunning = isRuntimeRunning
        switch phase {
        case .resetting(_, let shutdown):
            phase = .shuttingDown(shutdown, job)
        case .making:
            phase = .shuttingDown(Shutdown(reason: .spindown, hasSandbox: false), job)
        case .answered(let run, let unsent):
            phase = .shuttingDown(
                beginShutdown(.spindown, isRuntimeRunning: isRunning, at: now), .answered(run, unsent: nil))
            if let unsent { add(.complete(run.invocation, unsent)) }
        case .registering, .initialising, .idle, .frozen, .assigned, .running:
            phase = .shuttingDown(beginShutdown(.spindown, isRuntimeRunning: isRunning, at: now), job)
        case .shuttingDown, .gone: break
        }
        for kind in [EnvironmentTimer.Kind.start, .initPhase, .invocation, .answer] { cancelTimer(kind) }
        return takeActions()
    }

    /// Whether the present sandbox is coming to its end.
    var isShuttingDown: Bool {
        switch phase {
        case .resetting, .shuttingDown: true
        default: false
        }
    }

    /// Lets a sandbox come to its end: at once where it has no extensions.
    mutating func beginShutdown(
        _ reason: ShutdownReason, isRuntimeRunning: Bool, hasSandbox: Bool = true, at now: Moment
    ) -> Shutdown {
        var shutdown = Shutdown(reason: reason, hasSandbox: hasSandbox)
        guard hasSandbox else { return shutdown }
        let hasExtensions = !extensions.isEmpty
        if hasExtensions {
            // The runtime's question stays open: a runtime would only log that it was refused, and SIGTERM says it all.
            if case .frozen = phase { add(.thaw) }
            add(.flushTelemetry)
        } else if let waiter = runtime.close() {
            add(.respond(waiter, .gone))
        }
        let step = shutdown.sequence.begin(
            isRuntimeRunning: isRuntimeRunning, hasExternal: extensions.isAnyRunning, hasInternal: hasExtensions)
        perform(step, reason, at: now)
        return shutdown
    }

    /// A stage of the shutdown has used up its time.
    mutating func shutdownStageExpired(at now: Moment) {
        advanceShutdown(at: now) { $0.timeIsUp(in: $0.stage, hasExternal: $1) }
    }

    /// Something has happened that may end a stage of the shutdown.
    ///
    /// - Parameter event: takes the sequence, and whether external extensions run.
    mutating func advanceShutdown(
        at now: Moment, _ event: (inout ShutdownSequence, Bool) -> ShutdownSequence.Action?
    ) {
        switch phase {
        case .resetting(let invocation, var shutdown):
            perform(event(&shutdown.sequence, extensions.isAnyRunning), shutdown.reason, at: now)
            phase = .resetting(invocation, shutdown)
        case .shuttingDown(var shutdown, let job):
            perform(event(&shutdown.sequence, extensions.isAnyRunning), shutdown.reason, at: now)
            phase = .shuttingDown(shutdown, job)
        default: break
        }
    }

    private mutating func perform(_ step: ShutdownSequence.Action?, _ reason: ShutdownReason, at now: Moment) {
        switch step {
        case nil: break
        case .terminateRuntime(let milliseconds):
            add(.terminateProgram(0))
            limitStage(milliseconds: milliseconds, at: now)
        case .tellExtensions(let milliseconds):
            add(.killProgram(0))
            let deadline = now.milliseconds + Int64(milliseconds)
            let event = ExtensionEvent.shutdown(reason, deadlineMilliseconds: deadline)
            let (waiters, ended) = extensions.shutdown(event)
            for program in ended { add(.killProgram(program)) }
            for waiter in waiters { add(.respond(waiter, .event(event))) }
            limitStage(milliseconds: milliseconds, at: now)
        case .kill:
            cancelTimer(.shutdown)
            add(.drain(.function))
            add(.drain(.extensions))
            add(.killSandbox)
        }
    }

    private mutating func limitStage(milliseconds: Int, at now: Moment) {
        setTimer(.shutdown, deadlineNanoseconds: now.nanoseconds + UInt64(milliseconds) * 1_000_000)
    }

    /// The sandbox has ended, and nothing in it runs any more.
    mutating func sandboxEnded(_ exit: SandboxExit, at now: Moment) -> [Action] {
        switch phase {
        case .making, .gone: return []
        case .shuttingDown(let shutdown, _) where !shutdown.hasSandbox: return []
        default: break
        }
        add(.hangUpConnections)
        add(.drain(.function))
        add(.drain(.extensions))
        add(.endLine(.function))
        add(.endLine(.extensions))
        cancelTimer(.initPhase)
        cancelTimer(.shutdown)
        let failure = failure(of: exit)
        if failure.mayComeOfARefusedCall, !isShuttingDown { add(.explainRefusedCalls) }
        if let run = initRun {
            reportInitFailure(run.attempt, since: run.startNanoseconds, InitFailure(failure).status, at: now)
        }
        switch (phase, job) {
        case (.resetting(let invocation, _), _):
            releaseSandbox()
            restart(for: invocation, at: now)
        case (.registering(let run), .waiting(let invocation, _)) where run.attempt == .first,
            (.initialising(let run), .waiting(let invocation, _)) where run.attempt == .first:
            releaseSandbox()
            restart(for: invocation, at: now)
        case (_, .assigned(let invocation)):
            leave(unseen: invocation)
        case (.shuttingDown, let job):
            // Only the end of the server ends an environment that works.
            leave(completion: job.flatMap { fail($0, with: .failure(failure), isStopped: true, at: now) })
        case (_, let job):
            leave(completion: job.flatMap { fail($0, with: .failure(failure), at: now) })
        }
        return takeActions()
    }

    /// The environment is gone, and its place is free.
    ///
    /// - Parameters:
    ///   - completion: the invocation that ended with it.
    ///   - unseen: an invocation that the runtime never saw, though it had worked before: another environment can run
    ///     it.
    mutating func leave(completion: Completion? = nil, unseen: Invocation? = nil) {
        phase = .gone
        cancelAllTimers()
        add(.noteGone)
        complete(completion)
        releaseSandbox()
        if let unseen { add(.handBack(unseen)) }
    }

    /// Refuses all questions from the sandbox that has ended, and closes it.
    private mutating func releaseSandbox() {
        if let waiter = runtime.close() { add(.respond(waiter, .gone)) }
        for waiter in extensions.close() { add(.respond(waiter, .gone)) }
        add(.resetTelemetry)
        add(.releaseSandbox)
    }
}
