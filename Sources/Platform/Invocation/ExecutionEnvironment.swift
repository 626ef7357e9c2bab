internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import SandboxPlan
internal import Scheduler
internal import Synchronization
internal import Telemetry

/// One execution environment: a sandbox, the runtime in it, and the invocation that it runs.
///
/// Everything that changes is behind one short lock. What follows from a change (answering a client, telling the
/// scheduler) is returned and done by the pool after the lock is released.
final class ExecutionEnvironment: Sendable {
    /// What ends an environment before its process does.
    enum Ending: Hashable, Sendable {
        case timedOut
        case initFailed(RuntimeFault)
        case retired
    }

    /// An invocation that is over, and its answer.
    struct Completion: Sendable {
        let invocation: Invocation
        let result: InvocationResult
    }

    /// Moments are read under the lock too, so that of two events the later one never has the earlier moment.
    struct State: Sendable {
        var session = RuntimeSession<HTTPExchange>()
        var sandbox: (any RunningSandbox)?
        var invocation: Invocation?
        /// When the invocation was handed to the runtime; `nil` while it has not been.
        var invocationStartNanoseconds: UInt64?
        /// When the sandbox ran; `nil` while it is being made.
        var initStartNanoseconds: UInt64?
        /// How long the init phase took; reported with the first invocation.
        var initNanoseconds: UInt64?
        /// Whether the scheduler knows that a provisioned environment is ready.
        var isReady = false
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
        var tail = LogTail()
        /// Lines that are written together with the next ones.
        var heldLines: [LogLine] = []
    }

    let id: EnvironmentID
    let revision: FunctionRevision
    let streamName: LogStreamName
    let stream: LogStream
    /// Whether it was started before anybody called.
    let isProvisioned: Bool
    let state = Mutex(State())

    init(id: EnvironmentID, revision: FunctionRevision, logs: LogStore, isProvisioned: Bool = false) {
        self.id = id
        self.revision = revision
        self.isProvisioned = isProvisioned
        let random = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        streamName = LogStreamName(
            startMilliseconds: WallClock.nowMilliseconds(), version: revision.version, random: random)
        stream = logs.openStream(of: revision.function, name: streamName)
    }

    /// The sandbox runs; the init phase begins. `false` when the environment was ended while it was being made.
    func begin(_ sandbox: any RunningSandbox, nowNanoseconds: UInt64) -> Bool {
        state.withLock { state in
            state.sandbox = sandbox
            state.initStartNanoseconds = nowNanoseconds
            let version = revision.runtime.description.replacing("python", with: "python:")
            log(["INIT_START Runtime Version: \(version)"], &state)
            return state.ending == nil
        }
    }

    /// There is work for the environment. Where its runtime waits already, the work is delivered at once.
    ///
    /// - Parameter timer: ends the environment at the deadline.
    /// - Returns: `false` when the environment is gone, and the work with it has to go elsewhere.
    func offer(_ invocation: Invocation, timer: EventLoop.Token) -> Bool {
        let event = invocation.event(nowMilliseconds: WallClock.nowMilliseconds())
        let (isTaken, waiter) = state.withLock { state -> (Bool, HTTPExchange?) in
            guard !state.isGone else { return (false, nil) }
            thaw(&state)
            state.invocation = invocation
            state.timer = timer
            let waiter = state.session.offer(event)
            if waiter != nil { markStart(of: invocation, nowNanoseconds: MonotonicClock.nowNanoseconds(), &state) }
            return (true, waiter)
        }
        waiter?.respond(event.response())
        return isTaken
    }

    /// The runtime asks for work.
    ///
    /// - Returns: what it is told, `nil` where the question waits for work; and the environment's first invocation, if
    ///   it begins now.
    func next(_ exchange: HTTPExchange) -> (answer: HTTPResponse?, first: Invocation?) {
        state.withLock { state in
            let now = MonotonicClock.nowNanoseconds()
            let isFirst = !state.session.hasStarted
            if isFirst { endInitPhase(nowNanoseconds: now, &state) }
            switch state.session.next(exchange) {
            case .wait:
                return (nil, nil)
            case .waitInsteadOf(let abandoned):
                abandoned.respond(HTTPResponse(status: 410))
                return (nil, nil)
            case .refuse:
                return (HTTPResponse(status: 410), nil)
            case .deliver(var event):
                guard let invocation = state.invocation else { return (HTTPResponse(status: 410), nil) }
                markStart(of: invocation, nowNanoseconds: now, &state)
                // The handler's time begins now, not when the work was queued behind the init phase.
                event.deadlineMilliseconds = WallClock.nowMilliseconds() + Int64(revision.timeoutSeconds) * 1000
                return (event.response(), isFirst ? invocation : nil)
            }
        }
    }

    /// The runtime is ready for its first invocation. From here on the function has the CPU that its memory pays for.
    private func endInitPhase(nowNanoseconds: UInt64, _ state: inout State) {
        state.initNanoseconds = nowNanoseconds - (state.initStartNanoseconds ?? nowNanoseconds)
        _ = state.sandbox?.setCPU(cores: SandboxLimits(memoryMB: revision.memoryMebibytes).cpuCores)
    }

    /// The runtime has answered an invocation. `nil` where it does not work on that one.
    func finish(
        requestID: String, _ result: Result<[UInt8], RuntimeFault>
    ) -> (completion: Completion, timer: EventLoop.Token?)? {
        state.withLock { state in
            guard let invocation = state.invocation, state.session.finish(requestID: requestID) else { return nil }
            let now = MonotonicClock.nowNanoseconds()
            let timer = state.timer
            // Everything that the handler printed was in the pipe before its answer came.
            drain(&state)
            let tail = end(invocation, status: .completed, nowNanoseconds: now, &state)
            switch result {
            case .success(let payload):
                return (Completion(invocation: invocation, result: .answered(payload, logTail: tail)), timer)
            case .failure(let fault):
                return (Completion(invocation: invocation, result: .failed(fault.payload, logTail: tail)), timer)
            }
        }
    }

    /// The environment is to end, for a reason that is remembered unless there was one before. Kills everything in it.
    func kill(_ ending: Ending) {
        let (sandbox, waiter) = state.withLock { state in
            state.ending = state.ending ?? ending
            return (state.sandbox, state.session.close())
        }
        waiter?.respond(HTTPResponse(status: 410))
        sandbox?.kill()
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

    /// Takes some of what the runtime has printed. `false` when it cannot print any more.
    ///
    /// One read at a time: the thread that does this looks after all environments in turn, and what is left brings it
    /// back.
    func drain() -> Bool {
        state.withLock { drain(&$0, readCount: 1) }
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
