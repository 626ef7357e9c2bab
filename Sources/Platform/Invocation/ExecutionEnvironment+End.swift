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
    }

    /// The sandbox has ended, and nothing in it runs any more. Closing it is left to the caller.
    func ended(_ exit: SandboxExit) -> Remains {
        let (remains, waiter) = state.withLock { state -> (Remains, HTTPExchange?) in
            let now = MonotonicClock.nowNanoseconds()
            state.isGone = true
            drain(&state)
            var remains = Remains(timer: state.timer)
            if let invocation = state.invocation {
                if state.session.hasStarted, state.invocationStartNanoseconds == nil {
                    remains.unseen = invocation
                } else {
                    remains.completion = fail(invocation, RuntimeFailure(exit), nowNanoseconds: now, &state)
                }
            }
            log(state.splitter.takeRest(), &state)
            flushLog(&state)
            state.invocation = nil
            return (remains, state.session.close())
        }
        waiter?.respond(HTTPResponse(status: 410))
        return remains
    }

    /// The time of an invocation has run out: kills everything, and does not wait for its end to answer.
    ///
    /// - Returns: the answer; `nil` when that invocation was answered meanwhile (the environment may run another by
    ///   now), or its environment ends for another reason.
    func expire(_ requestID: String) -> Completion? {
        let (completion, sandbox, waiter) = state.withLock {
            state -> (Completion?, (any RunningSandbox)?, HTTPExchange?) in
            guard let invocation = state.invocation, invocation.requestID == requestID, state.ending == nil else {
                return (nil, nil, nil)
            }
            state.ending = .timedOut
            drain(&state)
            let completion = fail(
                invocation, .timedOut(seconds: revision.timeoutSeconds),
                nowNanoseconds: MonotonicClock.nowNanoseconds(), &state)
            return (completion, state.sandbox, state.session.close())
        }
        waiter?.respond(HTTPResponse(status: 410))
        sandbox?.kill()
        return completion
    }

    /// The environment could not be made.
    func notStarted(_ error: PlatformError) -> Remains {
        state.withLock { state in
            state.isGone = true
            defer { state.invocation = nil }
            let completion = state.invocation.map { Completion(invocation: $0, result: .refused(error)) }
            return Remains(completion: completion, timer: state.timer)
        }
    }

    private func fail(
        _ invocation: Invocation, _ failure: RuntimeFailure, nowNanoseconds: UInt64, _ state: inout State
    ) -> Completion {
        if state.invocationStartNanoseconds == nil {
            markStart(of: invocation, nowNanoseconds: nowNanoseconds, &state)
            let start = state.initStartNanoseconds ?? nowNanoseconds
            state.initNanoseconds = state.initNanoseconds ?? nowNanoseconds - start
        }
        let status: InvocationReport.Status
        let payload: [UInt8]
        if state.ending == .retired {
            // Only the end of the server ends an environment that works.
            _ = end(invocation, status: failure.status, nowNanoseconds: nowNanoseconds, &state)
            let stopped = PlatformError(.service, "The server was stopped while this function ran.")
            return Completion(invocation: invocation, result: .refused(stopped))
        }
        if case .initFailed(let fault)? = state.ending {
            (status, payload) = (.failed(errorType: fault.type ?? "Runtime.Unknown"), fault.payload)
        } else {
            log(["RequestId: \(invocation.requestID) Error: \(failure.sentence)"], &state)
            status = failure.status
            payload = failure.payload(requestID: invocation.requestID)
        }
        let tail = end(invocation, status: status, nowNanoseconds: nowNanoseconds, &state)
        return Completion(invocation: invocation, result: .failed(payload, logTail: tail))
    }
}

// What happens under the lock.
extension ExecutionEnvironment {
    /// The runtime has the invocation from now on.
    func markStart(of invocation: Invocation, nowNanoseconds: UInt64, _ state: inout State) {
        state.invocationStartNanoseconds = nowNanoseconds
        // Held back: most invocations print nothing.
        hold("START RequestId: \(invocation.requestID) Version: \(revision.version)", &state)
    }

    /// Writes the end of an invocation into the log, and returns the log's tail.
    func end(
        _ invocation: Invocation, status: InvocationReport.Status, nowNanoseconds: UInt64, _ state: inout State
    ) -> [UInt8] {
        log(state.splitter.takeRest(), &state)
        let start = state.invocationStartNanoseconds ?? nowNanoseconds
        let report = InvocationReport(
            requestID: invocation.requestID, durationNanoseconds: nowNanoseconds - start,
            initNanoseconds: state.initNanoseconds, memoryMebibytes: revision.memoryMebibytes,
            peakMemoryBytes: state.sandbox?.peakMemoryBytes() ?? 0, status: status)
        // Held back as well: the file is written when the client has its answer, for many invocations at once.
        hold("END RequestId: \(invocation.requestID)", &state)
        hold(report.line, &state)
        let tail = state.tail.bytes
        state.tail = LogTail()
        state.initNanoseconds = nil
        state.invocation = nil
        state.invocationStartNanoseconds = nil
        state.timer = nil
        state.idleSinceNanoseconds = nowNanoseconds
        return tail
    }

    /// Reads the pipe until it is empty, within a bound: a function that prints without end must not hold a thread.
    ///
    /// - Parameter readCount: how often to read; 16 times empty the largest pipe that a function can make of its own
    ///   (pipe(7), `/proc/sys/fs/pipe-max-size`).
    /// - Returns: whether more may come.
    @discardableResult
    func drain(_ state: inout State, readCount: Int = 16) -> Bool {
        guard let output = state.sandbox?.output else { return false }
        for _ in 0..<readCount {
            switch PipeContent.read(output) {
            case .bytes(let bytes): log(state.splitter.take(bytes), &state)
            case .nothing: return true
            case .ended: return false
            }
        }
        return true
    }

    func log(_ lines: [String], _ state: inout State) {
        guard !lines.isEmpty else { return }
        for line in lines { hold(line, &state) }
        flushLog(&state)
    }

    /// Writes the lines that were held back.
    func flushLog(_ state: inout State) {
        stream.append(state.heldLines)
        state.heldLines.removeAll(keepingCapacity: true)
    }

    private func hold(_ line: String, _ state: inout State) {
        state.tail.append(line)
        state.heldLines.append(LogLine(milliseconds: WallClock.nowMilliseconds(), text: line))
    }
}
