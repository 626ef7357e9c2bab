internal import Domain
internal import RuntimeAPI
internal import Telemetry

/// The whole life of one execution environment. A pure value: events in, with the moment at which they happened, and
/// an ordered list of actions out. No clock, no I/O, no lock, no randomness.
///
/// Sources: "Lambda execution environment lifecycle", "Using the Lambda runtime API for custom runtimes" and "Lambda
/// Extensions API" in the Lambda developer guide. Functions can cause any event at any time, so an event that does not
/// fit the phase changes nothing.
struct EnvironmentMachine<Resources: EnvironmentResources>: Sendable {
    typealias Action = EnvironmentAction<Resources>
    typealias Waiter = Resources.Waiter
    typealias Invocation = Resources.Invocation

    /// Where the environment is in its life.
    enum Phase: Sendable {
        /// The sandbox is being made. → registering, initialising, shuttingDown, gone.
        case making(InitAttempt, Invocation?)
        /// Extensions run and register; the runtime does not run yet. → initialising, resetting, shuttingDown, making,
        /// gone.
        case registering(InitRun)
        /// The runtime runs, and the runtime or an extension has yet to ask for its first event. → idle, running,
        /// resetting, shuttingDown, making, gone.
        case initialising(InitRun)
        /// The first init phase has failed, and its sandbox ends; the init phase is repeated in the time of this
        /// invocation. → making, shuttingDown.
        case resetting(Invocation, Shutdown)
        /// It has run nothing since then. → assigned, running, frozen, shuttingDown, gone.
        case idle(sinceNanoseconds: UInt64)
        /// It runs nothing, and its processes are stopped. → assigned, running, shuttingDown, gone.
        case frozen
        /// It has an invocation, and its runtime has not asked for it yet: a handler may work on after its answer
        /// (docs/decisions/0007). → running, shuttingDown, gone.
        case assigned(Invocation)
        /// The runtime works on an invocation. → answered, idle, shuttingDown, gone.
        case running(Run)
        /// The runtime has answered, and extensions are still at work. `unsent` is the answer until the caller has it
        /// (docs/decisions/0018). → idle, shuttingDown, gone.
        case answered(Run, unsent: InvocationOutcome?)
        /// The environment ends. It has a job only where it was retired, which happens at the server's stop. → gone.
        case shuttingDown(Shutdown, Job?)
        /// Nothing is left of it.
        case gone
    }

    /// Which init phase it is. The first may take ten seconds (fifteen minutes with provisioned concurrency); where it
    /// fails, it is repeated once in the time that the function has for its invocation.
    enum InitAttempt: Hashable, Sendable {
        case first
        case repeated(since: Moment)

        /// The `phase` of reports.
        var name: String { self == .first ? "init" : "invoke" }

        /// When the time of a repeated init phase began.
        var repeatedSince: Moment? { if case .repeated(let since) = self { since } else { nil } }
    }

    /// An init phase in a sandbox that runs.
    struct InitRun: Sendable {
        let attempt: InitAttempt
        /// What its duration counts from.
        let startNanoseconds: UInt64
        /// What the environment was started for; `nil` with provisioned concurrency, and where another environment
        /// has taken it.
        let invocation: Invocation?

        var withoutInvocation: Self { Self(attempt: attempt, startNanoseconds: startNanoseconds, invocation: nil) }
    }

    /// An invocation that the runtime has.
    struct Run: Sendable {
        let invocation: Invocation
        /// The X-Ray header, as the runtime has it.
        let traceID: String
        /// What its duration counts from: the moment at which the runtime got it, or the begin of a repeated init
        /// phase.
        let startNanoseconds: UInt64
    }

    /// An invocation and how far it has come.
    enum Job: Sendable {
        /// It waits for the end of the init phase; of a repeated one its duration counts from a moment before.
        case waiting(Invocation, sinceNanoseconds: UInt64?)
        /// The runtime, which has worked before, has not seen it.
        case assigned(Invocation)
        case running(Run)
        case answered(Run, unsent: InvocationOutcome?)
    }

    /// How the environment, or the sandbox of a failed init phase, comes to its end.
    struct Shutdown: Sendable {
        /// Which programs were asked to end, and when the rest is killed.
        var sequence = ShutdownSequence()
        let reason: ShutdownReason
        /// Whether there is a sandbox; one that is being made is killed as soon as it is there.
        var hasSandbox: Bool
    }

    let description: EnvironmentDescription
    /// Where it is in its life.
    var phase: Phase
    /// The turn of the runtime of the present sandbox.
    var runtime = RuntimeSession<Waiter>()
    /// The turns of the extensions of the present sandbox.
    var extensions: ExtensionSession<Waiter>
    private var timers = EnvironmentTimers()
    /// How long the init phase took, until the report of the first invocation has said it.
    var unreportedInitNanoseconds: UInt64?
    /// Names subscribers of telemetry to the sandbox.
    var lastTicket: Int32 = 0
    /// The actions of the event that is being handled.
    private var actions: [Action] = []

    /// Describes an environment that is to be made, for an invocation or before any.
    init(_ description: EnvironmentDescription, for invocation: Invocation?) {
        self.description = description
        phase = .making(.first, invocation)
        extensions = ExtensionSession(external: description.extensions)
    }
}

// The list of actions.
extension EnvironmentMachine {
    /// Adds an action to those of this event.
    mutating func add(_ action: Action) {
        // As many as a warm invocation's answer has, in one allocation.
        if actions.isEmpty { actions.reserveCapacity(8) }
        actions.append(action)
    }

    /// Ends the handling of an event: its actions in order.
    mutating func takeActions() -> [Action] {
        defer { actions = [] }
        return actions
    }

    /// Sets a timer.
    mutating func setTimer(_ kind: EnvironmentTimer.Kind, deadlineNanoseconds: UInt64) {
        add(.setTimer(timers.set(kind), deadlineNanoseconds: deadlineNanoseconds))
    }

    /// Takes a timer back, where one of its kind is set.
    mutating func cancelTimer(_ kind: EnvironmentTimer.Kind) {
        if timers.clear(kind) { add(.cancelTimer(kind)) }
    }

    /// Takes all timers back.
    mutating func cancelAllTimers() {
        for kind in EnvironmentTimer.Kind.allCases { cancelTimer(kind) }
    }

    /// Makes sure that a timer will say when the environment may be frozen. One for many invocations: while it is set,
    /// an invocation costs nothing for it.
    mutating func watchForFreeze(sinceNanoseconds: UInt64) {
        guard !timers.isSet(.freeze) else { return }
        let grid = EnvironmentPatience.freezeGridNanoseconds
        let earliest = sinceNanoseconds + EnvironmentPatience.freezeNanoseconds
        setTimer(.freeze, deadlineNanoseconds: (earliest + grid - 1) / grid * grid)
    }

    /// A timer has fired.
    mutating func timerFired(_ timer: EnvironmentTimer, at now: Moment) -> [Action] {
        guard timers.fire(timer) else { return [] }
        switch timer.kind {
        case .start: expireStart(at: now)
        case .initPhase: expireInit(at: now)
        case .invocation: expireInvocation(at: now)
        case .answer: sendAnswer()
        case .shutdown: shutdownStageExpired(at: now)
        case .freeze: freezeIfIdle(at: now)
        }
        return takeActions()
    }
}

// What the shell asks.
extension EnvironmentMachine {
    /// The invocation that the environment has, and how far it has come.
    var job: Job? {
        switch phase {
        case .making(let attempt, let invocation):
            invocation.map { .waiting($0, sinceNanoseconds: attempt.repeatedSince?.nanoseconds) }
        case .registering(let run), .initialising(let run):
            run.invocation.map { .waiting($0, sinceNanoseconds: run.attempt.repeatedSince?.nanoseconds) }
        case .resetting(let invocation, _): .waiting(invocation, sinceNanoseconds: nil)
        case .assigned(let invocation): .assigned(invocation)
        case .running(let run): .running(run)
        case .answered(let run, let unsent): .answered(run, unsent: unsent)
        case .shuttingDown(_, let job): job
        case .idle, .frozen, .gone: nil
        }
    }

    /// Whether it has an invocation.
    var isBusy: Bool { job != nil }

    /// Whether nothing is left of it.
    var isGone: Bool { if case .gone = phase { true } else { false } }

    /// What it does, for those who watch; `nil` when it is gone.
    var activity: EnvironmentActivity? {
        switch phase {
        case .making, .registering, .initialising, .resetting: .starting
        case .idle: .idle
        case .frozen: .frozen
        case .assigned, .running, .answered: .busy
        case .shuttingDown(_, let job): job.map { _ in .busy } ?? .idle
        case .gone: nil
        }
    }

    /// The invocation that the runtime works on, if it is this one.
    func invocation(requestID: String) -> Invocation? {
        switch job {
        case .running(let run) where runtime.isInvoking(requestID: requestID): run.invocation
        default: nil
        }
    }

    /// Whether the runtime's process was started, and has not been heard to have ended.
    var isRuntimeRunning: Bool {
        switch phase {
        case .initialising, .idle, .frozen, .assigned, .running, .answered: true
        case .making, .registering, .resetting, .shuttingDown, .gone: false
        }
    }
}
