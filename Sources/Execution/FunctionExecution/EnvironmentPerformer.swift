internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Telemetry

/// Performs the actions of one environment. A thread owns it while it performs: it is taken and given back under the
/// environment's lock, and used without.
final class EnvironmentPerformer: @unchecked Sendable {
    private var log: EnvironmentLog
    private var sandbox: ConnectedSandbox?
    private var watches: SandboxWatches?
    private var frozenWatch: FrozenWatch?
    private var timers = [ReactorToken?](repeating: nil, count: EnvironmentTimer.Kind.allCases.count)
    /// What the scheduler has decided meanwhile. Done when clients have their answers.
    private var poolActions: [EnvironmentPool.Action] = []
    /// When lines are flushed again that the disk was too slow for.
    private var logRetryNanoseconds: UInt64 = 0

    init(log: EnvironmentLog) { self.log = log }

    /// Performs one action.
    func perform(_ action: ExecutionEnvironment.Action, of environment: ExecutionEnvironment) {
        switch action {
        case .makeSandbox: environment.pool.submitStart(environment)
        case .attach(let made): attach(made, environment)
        case .startRuntime: _ = sandbox?.sandbox.runCommand()
        case .terminateProgram(let program): _ = sandbox?.sandbox.terminate(program)
        case .killProgram(let program): _ = sandbox?.sandbox.kill(program)
        case .killSandbox: sandbox?.sandbox.kill()
        case .freeze:
            log.telemetry.channels.forEach { $0.hold() }
            freeze(environment)
        case .thaw:
            frozenWatch?.cancel()
            frozenWatch = nil
            _ = sandbox?.sandbox.thaw()
            log.telemetry.channels.forEach { $0.resume() }
        case .applyCPUShare:
            let memory = environment.revision.memoryMebibytes
            _ = sandbox?.sandbox.setCPU(cores: environment.pool.host.cpuShare.cores(memoryMebibytes: memory))
        case .hangUpConnections: environment.pool.hangUp(environment)
        case .releaseSandbox: release(environment)
        case .respond(let exchange, let answer): exchange.respond(answer.response(for: environment.revision))
        case .complete(let invocation, let outcome): complete(invocation, outcome, environment)
        case .handBack(let invocation): environment.pool.invoke(invocation)
        case .setTimer(let timer, let deadline): set(timer, deadline, environment)
        case .cancelTimer(let kind): cancel(kind, environment)
        case .noteStarted: environment.pool.noteStarted(environment)
        case .noteReady: poolActions += environment.pool.noteReady(environment)
        case .noteIdle: poolActions += environment.pool.noteIdle(environment)
        case .noteLeaving: poolActions += environment.pool.noteLeaving(environment)
        case .noteGone: poolActions += environment.pool.noteGone(environment)
        case .drain(let source, let untilEnd): drain(source, untilEnd: untilEnd, environment)
        case .report(let report, let traceID): self.report(report, traceID, environment)
        case .reportForgery: environment.pool.host.didFindForgery(environment.revision.function)
        case .log, .logRefusedCall, .explainRefusedCalls, .endLine, .resetLogTail, .flushLog, .flushLogForReader,
            .subscribe, .connected, .closeSubscriptions,
            .flushTelemetry, .resetTelemetry:
            performForLog(action, environment)
        }
    }

    private func performForLog(_ action: ExecutionEnvironment.Action, _ environment: ExecutionEnvironment) {
        switch action {
        case .log(let event):
            log.note(event, nowMilliseconds: environment.nowMilliseconds)
            if case .initStart = event, let warning = environment.architectureWarning {
                log.note(.fault(warning), nowMilliseconds: environment.nowMilliseconds)
            }
        case .logRefusedCall(let call, let isPerformed):
            log.noteRefusedCall(call, isPerformed: isPerformed, nowMilliseconds: environment.nowMilliseconds)
        case .explainRefusedCalls: log.explainRefusedCalls(nowMilliseconds: environment.nowMilliseconds)
        case .endLine(let source): log.endLine(of: source, nowMilliseconds: environment.nowMilliseconds)
        case .resetLogTail: log.resetTail()
        case .flushLog: flushLog(environment)
        case .flushLogForReader(let didWrite): afterFlush(environment, didWrite)
        case .subscribe(let registration): subscribe(registration, environment)
        case .connected(let ticket, let descriptor): connected(ticket, descriptor)
        case .closeSubscriptions: log.telemetry.closeSubscriptions()
        case .flushTelemetry: log.telemetry.channels.forEach { $0.flush() }
        case .resetTelemetry: log.telemetry.reset()
        default: break
        }
    }

    /// The end of a list of actions: clients have their answers.
    func finishBatch(of environment: ExecutionEnvironment) {
        if !poolActions.isEmpty {
            let actions = poolActions
            poolActions = []
            environment.pool.perform(actions)
        }
        if log.hasPrinted { flushLog(environment) }
    }

    /// Hands on the lines that were held back, now or, where too much waits for the disk, a little later. No thread
    /// that answers waits for that.
    private func flushLog(_ environment: ExecutionEnvironment) {
        let reactor = environment.pool.reactor
        guard !log.flush(by: reactor) else { return }
        let now = reactor.now().nanoseconds
        guard now >= logRetryNanoseconds else { return }
        logRetryNanoseconds = now + Self.logRetryPauseNanoseconds
        _ = reactor.schedule(atNanoseconds: logRetryNanoseconds) { environment.handle { _, _ in [.flushLog] } }
    }

    /// Does something once the lines that were held back are written; at once where too much waits for the disk.
    private func afterFlush(_ environment: ExecutionEnvironment, _ work: @escaping @Sendable () -> Void) {
        flushLog(environment)
        if !environment.pool.reactor.submitLogging(work) { work() }
    }

    private static let logRetryPauseNanoseconds: UInt64 = 20_000_000

    // The sandbox

    private func attach(_ made: ConnectedSandbox, _ environment: ExecutionEnvironment) {
        do {
            watches = try SandboxWatches(made, of: environment)
            sandbox = made
        } catch {
            environment.forgetSandbox()
            made.sandbox.close()
            made.ownListener?.close()
            environment.sandboxFailed(error)
        }
    }

    private func freeze(_ environment: ExecutionEnvironment) {
        guard let sandbox = sandbox?.sandbox else { return }
        // An order that does not reach its first process, on a busy host, is given again by the watch.
        _ = sandbox.freeze()
        frozenWatch = FrozenWatch(sandbox, reactor: environment.pool.reactor) {
            let reason =
                "Its programs continued although the environment was frozen after its last invocation; it ended."
            environment.handle { _, _ in [.log(.fault(reason)), .flushLog] }
        }
    }

    private func release(_ environment: ExecutionEnvironment) {
        frozenWatch?.cancel()
        guard let ended = sandbox?.sandbox else { return }
        (sandbox, watches, frozenWatch) = (nil, nil, nil)
        environment.forgetSandbox()
        environment.pool.close(ended)
    }

    /// Reads what is in a pipe, and nothing that is printed meanwhile: a function that prints without end must not hold
    /// a thread.
    private func drain(_ source: OutputSource, untilEnd: Bool, _ environment: ExecutionEnvironment) {
        guard let sandbox = sandbox?.sandbox else { return }
        guard let output = source == .function ? sandbox.output : sandbox.sidecarOutput else { return }
        var waiting = PipeContent.waitingBytes(output)
        guard waiting > 0 || untilEnd else { return }
        repeat {
            switch PipeContent.read(output) {
            case .bytes(let bytes):
                log.take(bytes, from: source, nowMilliseconds: environment.nowMilliseconds)
                waiting -= bytes.count
            case .nothing: return
            case .ended:
                watches?.outputEnded(source)
                return
            }
        } while waiting > 0
    }

    // Answers

    private func complete(
        _ invocation: Invocation, _ outcome: InvocationOutcome, _ environment: ExecutionEnvironment
    ) {
        let tail = invocation.log == .tail ? log.tailBytes : []
        switch outcome {
        case .answered(let payload): answer(invocation, .answered(payload, logTail: tail), environment)
        case .failed(let payload): answer(invocation, .failed(payload, logTail: tail), environment)
        case .refused(let refusal):
            let reason = InvocationRefusal(refusal)
            // Nothing else of an environment that could not be made reaches the function's log, and the caller of an
            // asynchronous invocation has only that.
            if case .startFailed = refusal {
                let fault = PlatformEvent.fault("RequestId: \(invocation.requestID) Error: \(reason.message)")
                log.note(fault, nowMilliseconds: environment.nowMilliseconds)
                flushLog(environment)
            }
            answer(invocation, .refused(reason), environment)
        }
    }

    private func answer(
        _ invocation: Invocation, _ result: InvocationResult, _ environment: ExecutionEnvironment
    ) {
        guard invocation.log == .written else { return invocation.complete(result) }
        afterFlush(environment) { invocation.complete(result) }
    }

    private func report(
        _ report: InvocationReport, _ traceID: String, _ environment: ExecutionEnvironment
    ) {
        var report = report
        report.peakMemoryBytes = sandbox?.sandbox.peakMemoryBytes() ?? 0
        environment.revision.meter.record(
            durationNanoseconds: report.durationNanoseconds, of: environment.revision.version)
        let now = environment.nowMilliseconds
        log.endLine(of: .function, nowMilliseconds: now)
        log.note(.end(requestID: report.requestID), nowMilliseconds: now)
        log.note(.report(report, traceID: traceID), nowMilliseconds: now)
    }

    // Timers

    private func set(_ timer: EnvironmentTimer, _ deadline: UInt64, _ environment: ExecutionEnvironment) {
        cancel(timer.kind, environment)
        timers[timer.kind.rawValue] = environment.pool.reactor.schedule(atNanoseconds: deadline) {
            environment.handle { $0.timerFired(timer, at: $1) }
        }
    }

    private func cancel(_ kind: EnvironmentTimer.Kind, _ environment: ExecutionEnvironment) {
        guard let token = timers[kind.rawValue] else { return }
        timers[kind.rawValue] = nil
        environment.pool.reactor.cancel(token)
    }

    // Telemetry

    private func subscribe(_ registration: TelemetryRegistration, _ environment: ExecutionEnvironment) {
        guard let sandbox = sandbox?.sandbox else { return }
        log.telemetry.subscribe(
            TelemetryChannel(
                name: registration.name, interface: registration.interface, subscription: registration.subscription,
                ticket: registration.ticket, sandbox: sandbox, reactor: environment.pool.reactor))
    }

    private func connected(_ ticket: Int32, _ descriptor: Int32?) {
        if let channel = log.telemetry.channels.first(where: { $0.ticket == ticket }) {
            channel.connected(descriptor)
        } else if let descriptor {
            _ = FileDescriptor(owning: descriptor)
        }
    }
}

extension ExecutionEnvironment {
    /// The wall clock, for lines of the log.
    fileprivate var nowMilliseconds: Int64 { pool.reactor.now().milliseconds }

    /// What explains a failure of machine code that is not for this host; `nil` where there can be none.
    fileprivate var architectureWarning: String? {
        let (wanted, ours) = (revision.architecture, Architecture.ofThisHost)
        guard wanted != ours, pool.host.ignoresArchitecture else { return nil }
        return "This function is for \(wanted.rawValue) and runs on \(ours.rawValue) (--ignore-architecture): machine "
            + "code in its packages does not work here."
    }
}

extension InvocationRefusal {
    /// Why an environment did not run an invocation, for its caller.
    init(_ refusal: EnvironmentRefusal) {
        switch refusal {
        case .stopped: self = .unavailable("The server was stopped while this function ran.", cause: nil)
        case .startExpired:
            self = .unavailable(
                "The host could not make an execution environment in time; call again in a moment.", cause: nil)
        case .startFailed(let error as InvocationRefusal): self = error
        case .startFailed(let error):
            self = .unavailable(
                "The execution environment could not be started: \(error). `strata doctor` says what this host lacks.",
                cause: error)
        }
    }
}
