internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Synchronization
internal import Telemetry

extension ExecutionEnvironment {
    /// What remains of an environment that has ended.
    struct Remains: Sendable {
        /// The invocation that ended with it, and its answer.
        var completion: Completion?
        /// An invocation that the runtime never saw, though it had worked before: another environment can run it.
        var unseen: Invocation?
        /// The timer of that invocation.
        var timer: EventLoop.Token?
        /// Questions that waited, to be refused.
        var waiters: [HTTPExchange] = []
    }

    /// What follows from the end of a sandbox.
    enum SandboxOutcome: Sendable {
        /// The environment is gone.
        case gone(Remains)
        /// Another sandbox is to be made, in which the init phase is repeated in the time of this invocation.
        case restart(Invocation, Aftermath)
    }

    /// The sandbox has ended, and nothing in it runs any more. Closing it is left to the caller.
    func ended(_ exit: SandboxExit) -> SandboxOutcome {
        state.withLock { state in
            var aftermath = Aftermath()
            drain(&state)
            drainExtensions(&state)
            log(state.splitter.takeRest(), &state)
            log(state.extensionSplitter.takeRest(), from: .extension, &state)
            if state.ending == nil, state.lifecycle.attempt != nil {
                aftermath = failInit(InitFailure(runtimeFailure(exit)), &state)
            }
            let waiters = [state.session.close()].compactMap(\.self) + state.extensions.close()
            if state.lifecycle.sandboxEnded(), let invocation = restart(&state) {
                aftermath.refuse(waiters)
                (aftermath.doomed, aftermath.shutdownStage) = (nil, nil)
                return .restart(invocation, aftermath)
            }
            var remains = leave(exit, &state)
            remains.completion = remains.completion ?? aftermath.completion
            remains.timer = remains.timer ?? aftermath.needlessTimer
            remains.waiters = waiters + aftermath.answers.map(\.0)
            return .gone(remains)
        }
    }

    /// How the runtime has failed by ending so. A custom runtime that is not there has a name of its own.
    func runtimeFailure(_ exit: SandboxExit) -> RuntimeFailure {
        if case .unfit = exit, revision.entrypoint == nil { return .noBootstrap }
        return RuntimeFailure(exit, entrypoint: revision.entrypoint ?? "")
    }

    private func leave(_ exit: SandboxExit, _ state: inout State) -> Remains {
        let now = MonotonicClock.nowNanoseconds()
        state.isGone = true
        var remains = Remains(timer: state.timer)
        if let invocation = state.invocation {
            if state.session.hasStarted, state.invocationStartNanoseconds == nil {
                remains.unseen = invocation
            } else {
                remains.completion = fail(invocation, .failure(runtimeFailure(exit)), nowNanoseconds: now, &state)
            }
        }
        flushLog(&state)
        state.invocation = nil
        state.telemetry.reset()
        state.telemetry.closeSubscriptions()
        return remains
    }

    /// The time of an invocation has run out: ends everything, and does not wait for its end to answer.
    ///
    /// - Returns: what follows; nothing when that invocation was over meanwhile (the environment may run another by
    ///   now), or its environment ends for another reason.
    func expire(_ requestID: String) -> Aftermath {
        state.withLock { state in
            guard let invocation = state.invocation, invocation.requestID == requestID, state.ending == nil else {
                return Aftermath()
            }
            let now = MonotonicClock.nowNanoseconds()
            drain(&state)
            drainExtensions(&state)
            if state.lifecycle.attempt != nil {
                reportInitFailure(.timeout, nowNanoseconds: now, &state)
            }
            let completion = fail(
                invocation, .failure(.timedOut(seconds: revision.timeoutSeconds)), nowNanoseconds: now, &state)
            state.ending = .timedOut
            state.lifecycle.end()
            var aftermath = Aftermath(completion: completion, isLeaving: !state.extensions.isEmpty)
            aftermath.add(beginShutdown(.timeout, &state))
            return aftermath
        }
    }

    /// The environment could not be made.
    func notStarted(_ error: InvocationRefusal) -> Remains {
        state.withLock { state in
            state.isGone = true
            defer { state.invocation = nil }
            let completion = state.invocation.map { Completion(invocation: $0, result: .refused(error)) }
            return Remains(completion: completion, timer: state.timer)
        }
    }

    /// The invocation fails. `nil` where its caller has an answer already: then only the log says so.
    func fail(
        _ invocation: Invocation, _ answer: InitFailure.Answer, nowNanoseconds: UInt64, _ state: inout State
    ) -> Completion? {
        let isAnswered = state.isAnswered
        if state.invocationStartNanoseconds == nil {
            let event = invocation.event(nowMilliseconds: WallClock.nowMilliseconds())
            markStart(of: invocation, event, nowNanoseconds: nowNanoseconds, &state)
        }
        let status: InvocationReport.Status
        let payload: [UInt8]
        switch answer {
        case .fault(let fault):
            (status, payload) = (.failed(errorType: fault.type ?? "Runtime.Unknown"), fault.payload)
        case .failure(let failure):
            if state.ending != .retired { emitFault(failure, invocation, &state) }
            (status, payload) = (failure.status, failure.payload(requestID: invocation.requestID))
        }
        if !isAnswered {
            noteRuntimeDone(invocation, status.event, producedBytes: 0, nowNanoseconds: nowNanoseconds, &state)
        }
        let tail = end(invocation, status: status, nowNanoseconds: nowNanoseconds, &state)
        flushLog(&state)
        guard !isAnswered else { return state.takeUnsent() }
        if state.ending == .retired {
            // Only the end of the server ends an environment that works.
            let stopped = InvocationRefusal.unavailable("The server was stopped while this function ran.", cause: nil)
            return Completion(invocation: invocation, result: .refused(stopped))
        }
        return Completion(invocation: invocation, result: .failed(payload, logTail: tail))
    }

    private func emitFault(_ failure: RuntimeFailure, _ invocation: Invocation, _ state: inout State) {
        var text = "RequestId: \(invocation.requestID) Error: \(failure.sentence)"
        if case .timedOut = failure {
        } else {
            text += "\n\(failure.publicType)"
        }
        emit(.fault(text), &state)
    }
}
