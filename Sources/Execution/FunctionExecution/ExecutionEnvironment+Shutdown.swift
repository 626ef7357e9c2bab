internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Synchronization
internal import Telemetry

extension ExecutionEnvironment {
    /// The environment is to end. Its extensions are told, where it has any; otherwise everything in it is killed.
    func retire() -> Aftermath {
        state.withLock { state in
            state.ending = state.ending ?? .retired
            state.lifecycle.end()
            return beginShutdown(.spindown, &state)
        }
    }

    /// A stage of the shutdown has used up its time.
    func timeIsUp(in stage: ShutdownSequence.Stage) -> Aftermath {
        state.withLock { state in
            perform(state.shutdown.timeIsUp(in: stage, hasExternal: state.extensions.isAnyRunning), &state)
        }
    }

    /// The runtime or an extension has failed: the invocation fails, and the environment ends.
    func failed(_ failure: RuntimeFailure, _ state: inout State) -> Aftermath {
        if state.lifecycle.attempt != nil { return failInit(InitFailure(failure), &state) }
        guard state.ending == nil, state.lifecycle.isServing else { return Aftermath() }
        var aftermath = Aftermath(isLeaving: true)
        drain(&state)
        drainExtensions(&state)
        if let invocation = state.invocation {
            aftermath.needlessTimer = state.timer
            let now = MonotonicClock.nowNanoseconds()
            aftermath.completion = fail(invocation, .failure(failure), nowNanoseconds: now, &state)
        }
        state.ending = .failed
        state.lifecycle.end()
        aftermath.add(beginShutdown(.failure, &state))
        return aftermath
    }

    /// Lets the environment come to its end: at once where it has no extensions.
    func beginShutdown(_ reason: ShutdownReason, _ state: inout State) -> Aftermath {
        guard !state.shutdown.hasBegun else { return Aftermath() }
        guard !state.extensions.isEmpty, state.sandbox != nil else {
            var aftermath = Aftermath(doomed: state.sandbox)
            aftermath.refuse([state.session.close()].compactMap(\.self))
            return aftermath
        }
        // The runtime's question stays open: a runtime would only log that it was refused, and SIGTERM tells it all.
        state.shutdownReason = reason
        thaw(&state)
        state.telemetry.channels.forEach { $0.flush() }
        let action = state.shutdown.begin(
            isRuntimeRunning: state.isRuntimeRunning, hasExternal: state.extensions.isAnyRunning,
            hasInternal: true)
        return perform(action, &state)
    }

    /// Does the next step of the shutdown.
    func perform(_ action: ShutdownSequence.Action?, _ state: inout State) -> Aftermath {
        switch action {
        case nil: return Aftermath()
        case .terminateRuntime(let milliseconds):
            _ = state.sandbox?.terminate(0)
            return Aftermath(shutdownStage: (state.shutdown.stage, milliseconds))
        case .tellExtensions(let milliseconds):
            _ = state.sandbox?.kill(0)
            let event = ExtensionEvent.shutdown(
                state.shutdownReason, deadlineMilliseconds: WallClock.nowMilliseconds() + Int64(milliseconds))
            let (waiters, ended) = state.extensions.shutdown(event)
            for program in ended { _ = state.sandbox?.kill(program) }
            let answers = waiters.map { ($0, event.response(identifier: RequestIdentifier.make())) }
            return Aftermath(answers: answers, shutdownStage: (state.shutdown.stage, milliseconds))
        case .kill:
            drain(&state)
            drainExtensions(&state)
            return Aftermath(doomed: state.sandbox)
        }
    }
}
