internal import RuntimeAPI
internal import Telemetry

/// What an environment machine passes through and never looks into: questions that wait for an answer, invocations and
/// sandboxes. The product has HTTP exchanges and processes for them, a simulation has numbers.
protocol EnvironmentResources {
    /// A question of the runtime or of an extension: a long poll that is answered later.
    associatedtype Waiter: Sendable
    /// An invocation.
    associatedtype Invocation: EnvironmentInvocation
    /// A sandbox that runs.
    associatedtype Sandbox: Sendable
}

/// What a machine knows of an invocation.
protocol EnvironmentInvocation: Sendable {
    /// The request id, a UUID. No other invocation has it.
    var requestID: String { get }

    /// Whether the log has everything of the invocation before it is answered.
    var waitsForLog: Bool { get }

    /// The event as the runtime gets it. The same for the same deadline: no clock, no randomness.
    func event(deadlineMilliseconds: Int64) -> RuntimeInvocation
}

/// What the shell of an environment has to do: one at a time, in the order given, without any lock.
///
/// The order is part of the promise. A scheduler hears that an environment is idle before the client has its answer, so
/// that a client that calls again at once finds it. Where the answer waits for the log, everything that the handler
/// printed is in it before the answer is given. What may wait comes after the answer: noting the end in the
/// log, writing files, telemetry.
enum EnvironmentAction<Resources: EnvironmentResources>: Sendable {
    typealias Waiter = Resources.Waiter
    typealias Invocation = Resources.Invocation

    // The sandbox

    /// Make a sandbox, and say `sandboxMade` or `sandboxFailed`. Takes milliseconds: elsewhere.
    case makeSandbox
    /// This sandbox belongs to the environment: watch what it prints, its connections and its end.
    case attach(Resources.Sandbox)
    /// Start the runtime of a sandbox that has started its extensions only.
    case startRuntime
    /// Send SIGTERM to a program: 0 is the runtime, extensions count from 1.
    case terminateProgram(Int)
    /// Send SIGKILL to a program.
    case killProgram(Int)
    /// End everything in the sandbox.
    case killSandbox
    /// Stop every process in the sandbox.
    case freeze
    /// Let the processes go on.
    case thaw
    /// From here on the function has the CPU that its memory pays for.
    case applyCPUShare
    /// Close the connections of an ended sandbox: its processes are gone, and the next sandbox has connections of its
    /// own.
    case hangUpConnections
    /// Close an ended sandbox. It was drained before.
    case releaseSandbox

    // Answers

    /// Answer a question.
    case respond(Waiter, EnvironmentAnswer)
    /// Give an invocation its result. Exactly once for each invocation that is not handed back.
    case complete(Invocation, InvocationOutcome)
    /// Give an invocation that the runtime never saw to another environment.
    case handBack(Invocation)

    // Time

    /// Say `timerFired` with this timer at the deadline. Takes the place of an older one of its kind.
    case setTimer(EnvironmentTimer, deadlineNanoseconds: UInt64)
    /// Take a timer back.
    case cancelTimer(EnvironmentTimer.Kind)

    // The scheduler

    /// The init phase is over, or is repeated in the invocation's own time.
    case noteStarted
    /// The environment started before any invocation, or without the one that another has taken, and waits for one.
    case noteReady
    /// The invocation is over, and the environment takes the next one.
    case noteIdle
    /// The environment runs nothing any more, and still takes its place on the host.
    case noteLeaving
    /// Nothing of the environment is left.
    case noteGone

    // Logs and telemetry

    /// Read what has been printed so far, and nothing that is printed meanwhile: a function that prints without end
    /// must not hold a thread.
    ///
    /// - Parameter untilEnd: whether to look for the end of the pipe where nothing is in it.
    case drain(OutputSource, untilEnd: Bool = false)
    /// Take what was printed without a line break as a line.
    case endLine(OutputSource)
    /// Remember a system call that was refused, or say that it was performed.
    case logRefusedCall(String, isPerformed: Bool)
    /// Tell the operator that a program in the environment attacked its sandbox.
    case reportForgery
    /// Say which system calls were refused: a program may have ended because of them.
    case explainRefusedCalls
    /// Note an event of the platform in the log and for subscribers.
    case log(PlatformEvent)
    /// Note the end of an invocation: what the handler printed without a line break, END, and REPORT with the peak
    /// memory, which is read at this moment.
    case report(InvocationReport, traceID: String)
    /// The tail of the log begins here: an invocation's is from its START on.
    case resetLogTail
    /// Write the lines that were held back.
    case flushLog
    /// Write the lines that were held back, then call this: a reader of the log waits.
    case flushLogForReader(didWrite: @Sendable () -> Void)
    /// Add a subscriber of telemetry.
    case subscribe(TelemetryRegistration)
    /// The sandbox has made a connection to a subscriber (a descriptor, to be closed where nothing waits for it), or
    /// could not.
    case connected(ticket: Int32, Int32?)
    /// Nothing subscribes any more: forget what was kept for later subscribers.
    case closeSubscriptions
    /// Send what subscribers have not got yet.
    case flushTelemetry
    /// The subscribers are gone with their sandbox.
    case resetTelemetry
}

/// Which pipe a line comes from.
enum OutputSource: Hashable, Sendable {
    /// The runtime and its children.
    case function
    /// External extensions.
    case extensions
}

/// How an invocation ended.
enum InvocationOutcome: Sendable {
    /// The function answered. The tail of the log goes with it where the invocation wants it.
    case answered([UInt8])
    /// The function failed; the payload is the error's JSON. The tail of the log goes with it where the invocation
    /// wants it.
    case failed([UInt8])
    /// The invocation did not run.
    case refused(EnvironmentRefusal)

    init(_ result: Result<[UInt8], RuntimeFault>) {
        switch result {
        case .success(let payload): self = .answered(payload)
        case .failure(let fault): self = .failed(fault.payload)
        }
    }
}

/// Why an environment did not run an invocation.
enum EnvironmentRefusal: Sendable {
    /// The server was stopped while the function ran.
    case stopped
    /// The sandbox was not there in time.
    case startExpired
    /// The sandbox could not be made.
    case startFailed(any Error)
}

/// What a question of the runtime or of an extension is answered with.
enum EnvironmentAnswer: Sendable {
    /// The next event of the runtime.
    case invocation(RuntimeInvocation)
    /// The next event of an extension.
    case event(ExtensionEvent)
    /// 410: the environment ends, or the question comes out of turn.
    case gone
    /// An extension has registered.
    case registered(identifier: String, withAccount: Bool)
    /// 202.
    case accepted
    /// An extension has subscribed to telemetry.
    case subscribed
    /// The request is refused.
    case fault(ExtensionFault, status: Int = 403)
}

/// A subscription to telemetry, as an extension asked for it.
struct TelemetryRegistration: Sendable {
    /// The extension.
    let name: String
    /// The API that it used.
    let interface: TelemetryInterface
    /// What it wants, and where.
    let subscription: TelemetrySubscription
    /// Names its connections to the sandbox.
    let ticket: Int32
}
