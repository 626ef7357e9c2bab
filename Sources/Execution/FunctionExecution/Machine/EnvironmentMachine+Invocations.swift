internal import RuntimeAPI
internal import Telemetry

extension EnvironmentMachine {
    /// An invocation that is over, and its answer.
    struct Completion: Sendable {
        let invocation: Invocation
        let outcome: InvocationOutcome
    }

    /// The scheduler gives the environment an invocation. Where its runtime waits already, it gets it at once.
    ///
    /// - Returns: `nil` where the environment cannot run it, because it ends: the invocation has to go elsewhere.
    mutating func offer(_ invocation: Invocation, at now: Moment) -> [Action]? {
        switch phase {
        case .idle: break
        case .frozen: add(.thaw)
        default: return nil
        }
        deliver(invocation, since: now, at: now)
        setTimer(.invocation, deadlineNanoseconds: now.nanoseconds + description.timeoutNanoseconds)
        return takeActions()
    }

    /// Gives an invocation to the runtime and the extensions.
    ///
    /// - Parameter start: what its time counts from.
    mutating func deliver(_ invocation: Invocation, since start: Moment, at now: Moment) {
        let event = invocation.event(deadlineMilliseconds: start.milliseconds + description.timeoutMilliseconds)
        if let waiter = runtime.offer(event) {
            add(.respond(waiter, .invocation(event)))
            add(.resetLogTail)
            phase = .running(begin(invocation, traceID: event.traceID, sinceNanoseconds: start.nanoseconds))
        } else {
            phase = .assigned(invocation)
        }
        guard !extensions.isEmpty else { return }
        for listener in extensions.invoke() { add(.respond(listener, .event(.invoke(event)))) }
    }

    /// The runtime has an invocation from now on.
    private mutating func begin(_ invocation: Invocation, traceID: String, sinceNanoseconds: UInt64) -> Run {
        let requestID = invocation.requestID
        add(.log(.start(requestID: requestID, version: description.function.version, traceID: traceID)))
        return Run(invocation: invocation, traceID: traceID, startNanoseconds: sinceNanoseconds)
    }

    /// The runtime asks for work: a question that is answered when there is some.
    mutating func next(_ waiter: Waiter, at now: Moment) -> [Action] {
        if case .making = phase {
            // A question from the sandbox before, whose connections are being closed.
            add(.respond(waiter, .gone))
            return takeActions()
        }
        let isFirst = !runtime.hasStarted
        switch runtime.next(waiter) {
        case .refuse:
            add(.respond(waiter, .gone))
            return takeActions()
        case .deliver(let event):
            deliverAssigned(event, to: waiter, at: now)
            return takeActions()
        case .waitInsteadOf(let abandoned): add(.respond(abandoned, .gone))
        case .wait: break
        }
        if isFirst { runtimeIsReady() }
        completePhaseIfReady(at: now)
        return takeActions()
    }

    /// Answers the question of a runtime that had yet to ask for its invocation.
    private mutating func deliverAssigned(_ event: RuntimeInvocation, to waiter: Waiter, at now: Moment) {
        guard case .assigned(let invocation) = phase else { return add(.respond(waiter, .gone)) }
        var event = event
        // The handler's time begins now.
        event.deadlineMilliseconds = now.milliseconds + description.timeoutMilliseconds
        add(.respond(waiter, .invocation(event)))
        add(.resetLogTail)
        phase = .running(begin(invocation, traceID: event.traceID, sinceNanoseconds: now.nanoseconds))
    }

    /// The runtime or an extension polled: finishes the init phase, or the invocation, if it was the last.
    mutating func completePhaseIfReady(at now: Moment) {
        switch phase {
        case .initialising(let run): serveIfReady(run, at: now)
        case .answered(let run, let unsent): endIfDone(run, unsent, at: now)
        default: break
        }
    }

    /// The runtime has answered an invocation.
    ///
    /// - Returns: `nil` where it does not work on that one.
    mutating func finish(
        requestID: String, _ result: Result<[UInt8], RuntimeFault>, at now: Moment
    ) -> [Action]? {
        guard case .running(let run) = job, runtime.finish(requestID: requestID) else { return nil }
        let producedBytes = if case .success(let payload) = result { payload.count } else { 0 }
        let outcome = InvocationOutcome(result)
        if case .running = phase, extensions.isEmpty, !run.invocation.waitsForLog {
            // The caller need not wait for the log.
            cancelTimer(.invocation)
            answerIdle(run, outcome, at: now)
            logRuntimeDone(run, producedBytes: producedBytes, at: now)
            report(run, .completed, at: now)
            watchForFreeze(sinceNanoseconds: now.nanoseconds)
            return takeActions()
        }
        logRuntimeDone(run, producedBytes: producedBytes, at: now)
        if case .shuttingDown(let shutdown, _) = phase {
            report(run, .completed, at: now)
            phase = .shuttingDown(shutdown, nil)
            complete(Completion(invocation: run.invocation, outcome: outcome))
        } else if extensions.isEmpty {
            reportAndBecomeIdle(run, outcome, at: now)
        } else {
            phase = .answered(run, unsent: outcome)
            setTimer(.answer, deadlineNanoseconds: now.nanoseconds + EnvironmentPatience.answerNanoseconds)
        }
        return takeActions()
    }

    /// The caller has waited for extensions long enough (docs/decisions/0018).
    mutating func sendAnswer() {
        guard case .answered(let run, let unsent?) = phase else { return }
        phase = .answered(run, unsent: nil)
        add(.complete(run.invocation, unsent))
        add(.flushLog)
    }

    /// The invocation is over once the runtime and all extensions that got the event have polled again.
    private mutating func endIfDone(_ run: Run, _ unsent: InvocationOutcome?, at now: Moment) {
        guard runtime.isWaiting, extensions.areDone else { return }
        cancelTimer(.answer)
        add(.drain(.function))
        add(.drain(.extensions))
        reportAndBecomeIdle(run, unsent, at: now)
    }

    private mutating func reportAndBecomeIdle(_ run: Run, _ outcome: InvocationOutcome?, at now: Moment) {
        cancelTimer(.invocation)
        report(run, .completed, at: now)
        answerIdle(run, outcome, at: now)
        watchForFreeze(sinceNanoseconds: now.nanoseconds)
    }

    /// Becomes idle, and gives the caller its answer where it has none yet: a client that calls again at once finds
    /// this environment.
    private mutating func answerIdle(_ run: Run, _ outcome: InvocationOutcome?, at now: Moment) {
        phase = .idle(sinceNanoseconds: now.nanoseconds)
        add(.noteIdle)
        if let outcome { add(.complete(run.invocation, outcome)) }
    }

    /// The time of the invocation has run out: ends everything, and does not wait for its end to answer.
    mutating func expireInvocation(at now: Moment) {
        guard let job else { return }
        let hasSandbox: Bool
        switch phase {
        case .making(let attempt, _):
            hasSandbox = false
            let since = attempt.repeatedSince?.nanoseconds ?? now.nanoseconds
            reportInitFailure(attempt, since: since, .timeout, at: now)
        case .registering(let run), .initialising(let run):
            hasSandbox = true
            reportInitFailure(run.attempt, since: run.startNanoseconds, .timeout, at: now)
        case .assigned, .running, .answered:
            hasSandbox = true
            add(.drain(.function))
            add(.drain(.extensions))
        case .resetting, .idle, .frozen, .shuttingDown, .gone: return
        }
        let error = InvocationError.failure(.timedOut(seconds: description.timeoutSeconds))
        let completion = fail(job, with: error, at: now)
        cancelTimer(.start)
        if !extensions.isEmpty { add(.noteLeaving) }
        complete(completion)
        let shutdown = beginShutdown(
            .timeout, isRuntimeRunning: isRuntimeRunning, hasSandbox: hasSandbox, at: now)
        phase = .shuttingDown(shutdown, nil)
    }

    /// Freezes an environment that has been idle for long enough and whose runtime waits for more: one that has not
    /// asked yet is still at work.
    mutating func freezeIfIdle(at now: Moment) {
        add(.flushLog)
        guard case .idle(let since) = phase else { return }
        let isPatient = now.nanoseconds(since: since) >= EnvironmentPatience.freezeNanoseconds
        guard runtime.isWaiting, isPatient else {
            return watchForFreeze(sinceNanoseconds: isPatient ? now.nanoseconds : since)
        }
        phase = .frozen
        add(.freeze)
    }
}

// The end of an invocation.
extension EnvironmentMachine {
    /// An invocation fails: what the log says of it.
    ///
    /// - Parameter isStopped: whether the server's stop ends it.
    /// - Returns: its answer; `nil` where its caller has one already: then only the log says so.
    mutating func fail(
        _ job: Job, with error: InvocationError, isStopped: Bool = false, at now: Moment
    ) -> Completion? {
        let run = run(of: job, at: now)
        let requestID = run.invocation.requestID
        let (status, payload): (InvocationReport.Status, [UInt8])
        switch error {
        case .fault(let fault):
            (status, payload) = (.failed(errorType: fault.type ?? "Runtime.Unknown"), fault.payload)
        case .failure(let failure):
            if !isStopped { add(.log(.fault(failure.logText(requestID: requestID)))) }
            (status, payload) = (failure.status, failure.payload(requestID: requestID))
        }
        cancelTimer(.invocation)
        cancelTimer(.answer)
        if case .answered(_, let unsent) = job {
            report(run, status, at: now)
            return unsent.map { Completion(invocation: run.invocation, outcome: $0) }
        }
        logRuntimeDone(run, status.event, producedBytes: 0, at: now)
        report(run, status, at: now)
        return Completion(invocation: run.invocation, outcome: isStopped ? .refused(.stopped) : .failed(payload))
    }

    /// The run of a job; one that the runtime never got begins, for the log, with its end.
    private mutating func run(of job: Job, at now: Moment) -> Run {
        switch job {
        case .running(let run), .answered(let run, _): return run
        case .assigned(let invocation): return beginLate(invocation, sinceNanoseconds: now.nanoseconds, at: now)
        case .waiting(let invocation, let since):
            return beginLate(invocation, sinceNanoseconds: since ?? now.nanoseconds, at: now)
        }
    }

    private mutating func beginLate(_ invocation: Invocation, sinceNanoseconds: UInt64, at now: Moment) -> Run {
        let event = invocation.event(deadlineMilliseconds: now.milliseconds + description.timeoutMilliseconds)
        return begin(invocation, traceID: event.traceID, sinceNanoseconds: sinceNanoseconds)
    }

    /// Answers an invocation whose end is in the log.
    mutating func complete(_ completion: Completion?) {
        if let completion { add(.complete(completion.invocation, completion.outcome)) }
        add(.flushLog)
    }

    /// The invocation of a job.
    func invocation(of job: Job) -> Invocation {
        switch job {
        case .waiting(let invocation, _), .assigned(let invocation): invocation
        case .running(let run), .answered(let run, _): run.invocation
        }
    }

    /// The runtime has answered: what it has printed until now belongs to this invocation.
    private mutating func logRuntimeDone(_ run: Run, producedBytes: Int, at now: Moment) {
        add(.drain(.function))
        logRuntimeDone(run, .success, producedBytes: producedBytes, at: now)
    }

    private mutating func logRuntimeDone(_ run: Run, _ status: EventStatus, producedBytes: Int, at now: Moment) {
        add(
            .log(
                .runtimeDone(
                    requestID: run.invocation.requestID, status,
                    durationNanoseconds: now.nanoseconds(since: run.startNanoseconds), producedBytes: producedBytes,
                    traceID: run.traceID)))
    }

    private mutating func report(_ run: Run, _ status: InvocationReport.Status, at now: Moment) {
        let report = InvocationReport(
            requestID: run.invocation.requestID, durationNanoseconds: now.nanoseconds(since: run.startNanoseconds),
            initNanoseconds: unreportedInitNanoseconds,
            memoryMebibytes: Int(description.function.memoryBytes >> 20), peakMemoryBytes: 0, status: status)
        unreportedInitNanoseconds = nil
        add(.report(report, traceID: run.traceID))
    }
}

extension RuntimeFailure {
    /// What the log says of it. Lambda names the error's type below all but time-outs.
    fileprivate func logText(requestID: String) -> String {
        let text = "RequestId: \(requestID) Error: \(sentence)"
        if case .timedOut = self { return text }
        return "\(text)\n\(publicType)"
    }
}

extension ExtensionEvent {
    /// An invocation as extensions get it.
    fileprivate static func invoke(_ event: RuntimeInvocation) -> ExtensionEvent {
        .invoke(
            requestID: event.requestID, functionARN: event.functionARN, traceID: event.traceID,
            deadlineMilliseconds: event.deadlineMilliseconds)
    }
}
