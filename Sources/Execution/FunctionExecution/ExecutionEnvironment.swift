internal import Domain
internal import HTTP
internal import LinuxSystem
internal import RuntimeAPI
internal import Sandbox
internal import Scheduler
internal import Synchronization
internal import Telemetry

/// What machines of the product pass through.
enum ProductResources: EnvironmentResources {
    typealias Waiter = HTTPExchange
    typealias Invocation = FunctionExecution.Invocation
    typealias Sandbox = ConnectedSandbox
}

/// A sandbox, and the socket of its runtime API where that is not inside.
struct ConnectedSandbox: Sendable {
    let sandbox: any RunningSandbox
    let ownListener: OwnListener?
}

/// One execution environment: the shell around an ``EnvironmentMachine``.
///
/// An event takes the lock, asks the machine, releases the lock and performs what the machine wants done. Nothing is
/// read, written, answered or sent under the lock. Of several threads with events of one environment, one performs at a
/// time, in the order of the decisions: what the others' events lead to is left to the one that performs already, and
/// no thread waits for another, nor is kept by others' events for long. So a warm invocation, whose events come one
/// after the other, is performed where they come, without a change of thread.
final class ExecutionEnvironment: Sendable {
    typealias Machine = EnvironmentMachine<ProductResources>
    typealias Action = EnvironmentAction<ProductResources>

    private struct State: Sendable {
        var machine: Machine
        /// What the thread that performs has yet to do.
        var pending: [Action] = []
        /// `nil` while a thread performs: it has it.
        var performer: EnvironmentPerformer?
        /// The sandbox, to read the memory that it uses.
        var sandbox: (any RunningSandbox)?
        /// Pipes whose content the thread that performs will read.
        var isDrainPending: Set<OutputSource> = []
    }

    let id: EnvironmentID
    let revision: FunctionRevision
    let streamName: LogStreamName
    /// Whether it was started before any invocation.
    let isProvisioned: Bool
    let pool: EnvironmentPool
    private let state: Mutex<State>

    /// Describes an environment; ``start()`` makes it.
    init(
        id: EnvironmentID, revision: FunctionRevision, pool: EnvironmentPool, for invocation: Invocation?
    ) {
        self.id = id
        self.revision = revision
        self.pool = pool
        isProvisioned = invocation == nil
        let random = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        streamName = LogStreamName(
            startMilliseconds: pool.reactor.now().milliseconds, version: revision.version, random: random)
        let log = EnvironmentLog(
            stream: pool.logs.openStream(of: revision.function, name: streamName), format: revision.logFormat,
            hasNetwork: pool.host.usesHostNetwork)
        let description = EnvironmentDescription(
            revision, instanceID: streamName.description, isProvisioned: invocation == nil,
            gatewayPort: pool.host.gatewayPort)
        state = Mutex(
            State(machine: Machine(description, for: invocation), performer: EnvironmentPerformer(log: log)))
    }
}

// Events.
extension ExecutionEnvironment {
    /// Asks the machine what an event leads to, and performs that, or leaves it to the thread that performs already.
    ///
    /// - Parameter event: gives the actions; `nil` where the event is refused. The moment is read under the lock, so
    ///   that of two events the later one never has the earlier moment.
    /// - Returns: whether the event was taken.
    @discardableResult
    func handle(_ event: (inout Machine, Moment) -> [Action]?) -> Bool {
        let (isTaken, work) = state.withLock { state -> (Bool, (EnvironmentPerformer, [Action])?) in
            guard let actions = event(&state.machine, pool.reactor.now()) else { return (false, nil) }
            return (true, Self.begin(actions, &state))
        }
        if let work { perform(work.1, by: work.0) }
        return isTaken
    }

    private static func begin(_ actions: [Action], _ state: inout State) -> (EnvironmentPerformer, [Action])? {
        guard !actions.isEmpty else { return nil }
        guard let performer = state.performer.take() else {
            state.pending += actions
            return nil
        }
        return (performer, actions)
    }

    /// Performs actions, and what has been added meanwhile. A function can add more without end, by printing: after the
    /// second round the thread goes back to its own work, and the loop's thread goes on when others had their turn.
    private func perform(_ actions: [Action], by performer: EnvironmentPerformer, isSecondRound: Bool = false) {
        var actions = actions
        // Moved out one by one, the first one last in the array: copies of actions retain what they hold.
        actions.reverse()
        while let action = actions.popLast() { performer.perform(action, of: self) }
        performer.finishBatch(of: self)
        let more = state.withLock { state -> [Action]? in
            state.isDrainPending = []
            guard !state.pending.isEmpty else {
                state.performer = performer
                return nil
            }
            defer { state.pending = [] }
            return state.pending
        }
        guard let more else { return }
        guard isSecondRound else { return perform(more, by: performer, isSecondRound: true) }
        pool.reactor.performSoon { [self] in perform(more, by: performer) }
    }

    /// The environment is to be made.
    func start() { handle { $0.start(at: $1) } }

    /// The environment is to end.
    func retire() { handle { $0.retire(at: $1) } }

    /// Hands on the lines that were held back, where it starts or has an invocation. Those of a short one are written
    /// after its answer; without this, those of a long one would be lost with a server that is killed.
    func flushLog() {
        handle { machine, _ in machine.activity == .starting || machine.activity == .busy ? [.flushLog] : nil }
    }

    /// Has the lines that were held back written, in every phase, and those of what is being performed before.
    func flushLog(didWrite: @escaping @Sendable () -> Void) {
        handle { _, _ in [.flushLogForReader(didWrite: didWrite)] }
    }

    /// Gives the environment an invocation. `false` where it cannot run it, because it ends.
    func offer(_ invocation: Invocation) -> Bool { handle { $0.offer(invocation, at: $1) } }

    /// Takes the invocation that the environment starts for; `nil` where it runs it already, or ends with it.
    func withdraw() -> Invocation? {
        var invocation: Invocation?
        handle { machine, _ in
            let (given, actions) = machine.withdraw()
            invocation = given
            return actions
        }
        return invocation
    }

    /// A thread is about to make the sandbox. `false` where none is wanted any more.
    func sandboxMakingBegins() -> Bool {
        var isWanted = false
        handle { machine, _ in
            let (answer, actions) = machine.sandboxMakingBegins()
            isWanted = answer
            return actions
        }
        return isWanted
    }

    /// The sandbox runs. `false` where it was not asked for.
    func sandboxMade(_ sandbox: ConnectedSandbox) -> Bool {
        // No other is there: the one before was released before this one was asked for.
        state.withLock { $0.sandbox = sandbox.sandbox }
        return handle { $0.sandboxMade(sandbox, at: $1) }
    }

    /// The sandbox could not be made, or not be watched.
    func sandboxFailed(_ error: any Error) {
        handle { machine, _ in machine.sandboxFailed(error) }
    }

    /// The sandbox is closed soon: its memory is not read any more.
    func forgetSandbox() { state.withLock { $0.sandbox = nil } }

    /// A pipe is readable. What a thread that performs will read anyway is not asked for twice.
    func outputReadable(_ source: OutputSource) {
        let work = state.withLock { state -> (EnvironmentPerformer, [Action])? in
            guard state.isDrainPending.insert(source).inserted else { return nil }
            return Self.begin([.drain(source, untilEnd: true)], &state)
        }
        if let work { perform(work.1, by: work.0) }
    }
}

// What others ask.
extension ExecutionEnvironment {
    /// The invocation that the runtime works on, if it is this one.
    func invocation(requestID: String) -> Invocation? {
        state.withLock { $0.machine.invocation(requestID: requestID) }
    }

    /// Whether it has an invocation.
    var isBusy: Bool { state.withLock { $0.machine.isBusy } }

    /// Whether a sandbox is its present one, and is not closed yet.
    func isCurrent(_ sandbox: any RunningSandbox) -> Bool { state.withLock { $0.sandbox === sandbox } }

    /// What it does, and its sandbox where there is one; `nil` when it is gone.
    var activity: (EnvironmentActivity, sandbox: (any RunningSandbox)?)? {
        state.withLock { state in state.machine.activity.map { ($0, state.sandbox) } }
    }
}

extension EnvironmentDescription {
    /// What a machine has to know of a revision.
    fileprivate init(
        _ revision: FunctionRevision, instanceID: String, isProvisioned: Bool, gatewayPort: UInt16
    ) {
        self.init(
            function: FunctionDescription(
                name: revision.function.name.description, version: revision.version.description,
                runtimeVersion: revision.runtime.versionText,
                instanceID: instanceID, memoryBytes: UInt64(revision.memoryMebibytes) << 20),
            timeoutSeconds: revision.timeoutSeconds, extensions: revision.extensions, entrypoint: revision.entrypoint,
            isProvisioned: isProvisioned, serverPorts: [FunctionSandbox.runtimeAPIPort, gatewayPort])
    }
}
