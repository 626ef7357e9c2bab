internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Scheduler
internal import Synchronization
internal import Telemetry

/// One execution environment: a sandbox, the runtime and the extensions in it, and the invocation that it runs.
///
/// Everything that changes is behind one short lock. What follows from a change (answering a client, telling the
/// scheduler, setting a timer) is returned as an ``Aftermath`` and done by the pool after the lock is released.
final class ExecutionEnvironment: Sendable {
    /// What ends an environment before its process does.
    enum Ending: Hashable, Sendable {
        case timedOut
        /// The runtime or an extension failed.
        case failed
        case retired
    }

    /// An invocation that is over, and its answer.
    struct Completion: Sendable {
        let invocation: Invocation
        let result: InvocationResult

        init(invocation: Invocation, result: InvocationResult) {
            self.invocation = invocation
            self.result = result
        }

        /// What a runtime has answered.
        init(_ invocation: Invocation, _ result: Result<[UInt8], RuntimeFault>, logTail: [UInt8]) {
            switch result {
            case .success(let payload): self.init(invocation: invocation, result: .answered(payload, logTail: logTail))
            case .failure(let fault):
                self.init(invocation: invocation, result: .failed(fault.payload, logTail: logTail))
            }
        }

        /// The same with a log that has grown.
        func with(logTail: [UInt8]) -> Completion {
            switch result {
            case .answered(let payload, _):
                Completion(invocation: invocation, result: .answered(payload, logTail: logTail))
            case .failed(let payload, _):
                Completion(invocation: invocation, result: .failed(payload, logTail: logTail))
            case .refused: self
            }
        }
    }

    /// Moments are read under the lock too, so that of two events the later one never has the earlier moment.
    struct State: Sendable {
        var lifecycle = EnvironmentLifecycle()
        var session = RuntimeSession<HTTPExchange>()
        var extensions: ExtensionSession<HTTPExchange>
        var shutdown = ShutdownSequence()
        var shutdownReason = ShutdownReason.spindown
        var sandbox: (any RunningSandbox)?
        /// Whether the runtime's process was started, and has not been heard to have ended.
        var isRuntimeRunning = false
        var invocation: Invocation?
        /// The X-Ray header of the invocation, as the runtime has it.
        var traceID: String?
        /// When the invocation was handed to the runtime; `nil` while it has not been.
        var invocationStartNanoseconds: UInt64?
        /// Whether the runtime has answered, and extensions are still at work.
        var isAnswered = false
        /// That answer, as long as its caller has not got it.
        var unsent: Completion?
        /// When the sandbox ran; `nil` while it is being made.
        var initStartNanoseconds: UInt64?
        /// How long the init phase took; reported with the first invocation.
        var initNanoseconds: UInt64?
        /// When the init phase began that is repeated within an invocation, by both clocks.
        var repeatedInit: (nanoseconds: UInt64, milliseconds: Int64)?
        var ending: Ending?
        /// Its process has ended, or was never there.
        var isGone = false
        var timer: EventLoop.Token?
        /// When its last invocation ended.
        var idleSinceNanoseconds: UInt64 = 0
        var isFrozen = false
        /// Whether the freezer looks after it.
        var isFreezeWatched = false
        var splitter = LineSplitter()
        /// The same for what extensions print.
        var extensionSplitter = LineSplitter()
        var tail = LogTail()
        /// Lines that are written together with the next ones.
        var heldLines: [LogLine] = []
        var telemetry = EnvironmentTelemetry()

        mutating func takeUnsent() -> Completion? {
            defer { unsent = nil }
            return unsent
        }
    }

    let id: EnvironmentID
    let revision: FunctionRevision
    let streamName: LogStreamName
    let stream: LogStream
    let loop: EventLoop
    /// Whether it was started before anybody called.
    let isProvisioned: Bool
    let state: Mutex<State>

    init(id: EnvironmentID, revision: FunctionRevision, logs: LogStore, loop: EventLoop, isProvisioned: Bool = false) {
        self.id = id
        self.revision = revision
        self.loop = loop
        self.isProvisioned = isProvisioned
        let random = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        streamName = LogStreamName(
            startMilliseconds: WallClock.nowMilliseconds(), version: revision.version, random: random)
        stream = logs.openStream(of: revision.function, name: streamName)
        state = Mutex(State(extensions: ExtensionSession(external: revision.extensions)))
    }

    /// The environment is started for an invocation, which waits for the end of the init phase.
    func expect(_ invocation: Invocation) {
        state.withLock { $0.invocation = invocation }
    }

    /// There is work for the environment. Where its runtime waits already, the work is delivered at once.
    ///
    /// - Parameter timer: ends the environment at the deadline.
    /// - Returns: `false` when the environment is gone, and the work with it has to go elsewhere.
    func offer(_ invocation: Invocation, timer: EventLoop.Token) -> Bool {
        let event = invocation.event(nowMilliseconds: WallClock.nowMilliseconds())
        let (isTaken, waiter, listeners) = state.withLock { state -> (Bool, HTTPExchange?, [HTTPExchange]) in
            guard !state.isGone, state.ending == nil else { return (false, nil, []) }
            thaw(&state)
            state.invocation = invocation
            state.timer = timer
            let waiter = state.session.offer(event)
            if waiter != nil {
                markStart(of: invocation, event, nowNanoseconds: MonotonicClock.nowNanoseconds(), &state)
            }
            return (true, waiter, state.extensions.isEmpty ? [] : state.extensions.invoke())
        }
        waiter?.respond(event.response())
        for listener in listeners { listener.respond(Self.extensionEvent(of: event)) }
        return isTaken
    }

    /// The runtime asks for work.
    ///
    /// - Returns: what it is told, `nil` where the question waits for work; and what follows.
    func next(_ exchange: HTTPExchange) -> (answer: HTTPResponse?, Aftermath) {
        state.withLock { state in
            let now = MonotonicClock.nowNanoseconds()
            let isFirst = !state.session.hasStarted
            switch state.session.next(exchange) {
            case .refuse:
                return (HTTPResponse(status: 410), Aftermath())
            case .deliver(var event):
                guard let invocation = state.invocation else { return (HTTPResponse(status: 410), Aftermath()) }
                // The handler's time begins now.
                event.deadlineMilliseconds = WallClock.nowMilliseconds() + Int64(revision.timeoutSeconds) * 1000
                markStart(of: invocation, event, nowNanoseconds: now, &state)
                return (event.response(), Aftermath())
            case .waitInsteadOf(let abandoned):
                abandoned.respond(HTTPResponse(status: 410))
            case .wait: break
            }
            if isFirst { runtimeIsReady(&state) }
            return (nil, goOn(nowNanoseconds: now, &state))
        }
    }

    /// Somebody has asked for more: the init phase, or the invocation, may be over with that.
    func goOn(nowNanoseconds: UInt64, _ state: inout State) -> Aftermath {
        state.lifecycle.isServing
            ? endIfDone(nowNanoseconds: nowNanoseconds, &state) : serveIfReady(nowNanoseconds: nowNanoseconds, &state)
    }

    /// The runtime has answered an invocation. `nil` where it does not work on that one.
    func finish(requestID: String, _ result: Result<[UInt8], RuntimeFault>) -> Aftermath? {
        state.withLock { state -> Aftermath? in
            guard let invocation = state.invocation, state.session.finish(requestID: requestID) else { return nil }
            let now = MonotonicClock.nowNanoseconds()
            let timer = state.timer
            // Everything that the handler printed was in the pipe before its answer came.
            drain(&state)
            var aftermath = Aftermath()
            let producedBytes = (try? result.get())?.count ?? 0  // an error is not counted
            noteRuntimeDone(invocation, .success, producedBytes: producedBytes, nowNanoseconds: now, &state)
            guard state.extensions.isEmpty else {
                state.isAnswered = true
                state.unsent = Completion(invocation, result, logTail: state.tail.bytes)
                return Aftermath(unsentRequest: requestID)
            }
            let tail = end(invocation, status: .completed, nowNanoseconds: now, &state)
            aftermath.completion = Completion(invocation, result, logTail: tail)
            aftermath.needlessTimer = timer
            aftermath.isIdle = true
            return aftermath
        }
    }

    /// The caller has waited for extensions long enough (docs/decisions/0018).
    func sendAnswer(of requestID: String) -> Aftermath {
        state.withLock { state in
            guard state.unsent?.invocation.requestID == requestID else { return Aftermath() }
            return Aftermath(completion: state.takeUnsent())
        }
    }

    /// The invocation is over once the runtime and all extensions that were told of it have asked for more.
    private func endIfDone(nowNanoseconds: UInt64, _ state: inout State) -> Aftermath {
        guard state.isAnswered, let invocation = state.invocation, state.session.isWaiting, state.extensions.areDone
        else { return Aftermath() }
        var aftermath = Aftermath(needlessTimer: state.timer, isIdle: true)
        drain(&state)
        drainExtensions(&state)
        let tail = end(invocation, status: .completed, nowNanoseconds: nowNanoseconds, &state)
        aftermath.completion = state.takeUnsent().map { $0.with(logTail: tail) }
        return aftermath
    }

    /// Takes another timer for an invocation.
    ///
    /// - Returns: the timer to be cancelled: the one before, or the new one when the invocation is over.
    func replaceTimer(of requestID: String, by timer: EventLoop.Token) -> EventLoop.Token? {
        state.withLock { state in
            guard !state.isGone, state.invocation?.requestID == requestID else { return timer }
            defer { state.timer = timer }
            return state.timer
        }
    }
}

extension ExecutionEnvironment {
    /// The invocation that the runtime works on, if it is this one.
    func invocation(requestID: String) -> Invocation? {
        state.withLock { $0.session.isInvoking(requestID: requestID) ? $0.invocation : nil }
    }

    /// Whether it has an invocation.
    var isBusy: Bool { state.withLock { $0.invocation != nil } }

    /// Whether nothing has ended it yet.
    var isWanted: Bool { state.withLock { $0.ending == nil } }

    /// Whether its process has ended, or was never there.
    var isGone: Bool { state.withLock { $0.isGone } }
}
