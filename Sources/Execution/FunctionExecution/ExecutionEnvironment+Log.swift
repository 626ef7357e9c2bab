internal import Domain
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Synchronization
internal import Telemetry

// What happens under the lock.
extension ExecutionEnvironment {
    /// The runtime has the invocation from now on.
    func markStart(
        of invocation: Invocation, _ event: RuntimeInvocation, nowNanoseconds: UInt64, _ state: inout State
    ) {
        state.invocationStartNanoseconds = state.repeatedInit?.nanoseconds ?? nowNanoseconds
        state.repeatedInit = nil
        state.traceID = event.traceID
        // Held back: most invocations print nothing.
        emit(
            .start(requestID: invocation.requestID, version: revision.version.description, traceID: event.traceID),
            &state)
    }

    /// The runtime is done with an invocation, or will not be.
    func noteRuntimeDone(
        _ invocation: Invocation, _ status: EventStatus, producedBytes: Int, nowNanoseconds: UInt64,
        _ state: inout State
    ) {
        let start = state.invocationStartNanoseconds ?? nowNanoseconds
        emit(
            .runtimeDone(
                requestID: invocation.requestID, status, durationNanoseconds: nowNanoseconds - start,
                producedBytes: producedBytes, traceID: state.traceID), &state)
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
        revision.meter.record(durationNanoseconds: report.durationNanoseconds)
        // Held back as well: the file is written when the client has its answer, for many invocations at once.
        emit(.end(requestID: invocation.requestID), &state)
        emit(.report(report, traceID: state.traceID), &state)
        let tail = state.tail.bytes
        state.tail = LogTail()
        state.initNanoseconds = nil
        state.invocation = nil
        state.isAnswered = false
        state.invocationStartNanoseconds = nil
        state.timer = nil
        state.idleSinceNanoseconds = nowNanoseconds
        return tail
    }

    /// Reads what is in the pipe, and nothing that is printed meanwhile: a function that prints without end must not
    /// hold a thread.
    ///
    /// - Returns: whether more may come.
    @discardableResult
    func drain(_ state: inout State) -> Bool {
        guard let output = state.sandbox?.output else { return false }
        return drain(output) { log(state.splitter.take($0), &state) }
    }

    /// The same for what extensions have printed.
    @discardableResult
    func drainExtensions(_ state: inout State) -> Bool {
        guard let output = state.sandbox?.companionOutput else { return false }
        return drain(output) { log(state.extensionSplitter.take($0), from: .extension, &state) }
    }

    private func drain(_ output: Int32, _ take: ([UInt8]) -> Void) -> Bool {
        var waiting = PipeContent.waitingBytes(output)
        repeat {
            switch PipeContent.read(output) {
            case .bytes(let bytes):
                take(bytes)
                waiting -= bytes.count
            case .nothing: return true
            case .ended: return false
            }
        } while waiting > 0
        return true
    }

    func log(
        _ lines: [String], from category: TelemetrySubscription.Category = .function, _ state: inout State
    ) {
        guard !lines.isEmpty else { return }
        for line in lines {
            let now = WallClock.nowMilliseconds()
            hold(line, now, &state)
            state.telemetry.publish(
                category,
                TelemetryDocument.make(
                    milliseconds: now, type: category.rawValue, line: line, isJSON: revision.logFormat != .text))
        }
        flushLog(&state)
    }

    /// Notes an event of the platform: in the log, as the function's log format has it, and for subscribers.
    func emit(_ event: PlatformEvent, _ state: inout State) {
        let now = WallClock.nowMilliseconds()
        switch revision.logFormat {
        case .text:
            if let line = event.line { hold(line, now, &state) }
        case .json(_, let system):
            if event.level >= system, event.isTold(by: .telemetry) {
                hold(String(decoding: event.document(milliseconds: now), as: UTF8.self), now, &state)
            }
        }
        guard state.telemetry.isWanted else { return }
        let interfaces: Set<TelemetryInterface> = [.telemetry, .logs]
        state.telemetry.publish(
            .platform, to: interfaces.filter { event.isTold(by: $0) }, event.document(milliseconds: now))
    }

    /// Writes the lines that were held back.
    func flushLog(_ state: inout State) {
        stream.append(state.heldLines)
        state.heldLines.removeAll(keepingCapacity: true)
    }

    private func hold(_ line: String, _ milliseconds: Int64, _ state: inout State) {
        state.tail.append(line)
        state.heldLines.append(LogLine(milliseconds: milliseconds, text: line))
    }
}

extension ExecutionEnvironment {
    /// Takes some of what the runtime has printed. `false` when it cannot print any more.
    ///
    /// The thread that does this looks after all environments in turn, and what comes meanwhile brings it back.
    func drain() -> Bool {
        state.withLock { drain(&$0) }
    }

    /// The same for what extensions have printed.
    func drainExtensions() -> Bool {
        state.withLock { drainExtensions(&$0) }
    }
}
