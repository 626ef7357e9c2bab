import RuntimeAPI
import Sandbox
import Telemetry

@testable import FunctionExecution

extension FunctionDescription {
    /// A function for tests.
    static let example = FunctionDescription(
        name: "function", version: "$LATEST", runtimeVersion: "python:3.12", instanceID: "stream",
        memoryBytes: 128 << 20)
}

/// A machine under test: events in, and what it wants done as short lines of text out. Questions are numbers, a minute
/// of the clock has passed when it begins.
struct MachineFixture {
    var machine: EnvironmentMachine<SimulatedResources>
    /// Milliseconds of both clocks.
    var now: UInt64 = 60_000
    /// The timers that are set.
    private var timers: [EnvironmentTimer.Kind: EnvironmentTimer] = [:]

    /// A machine for invocation 1; with provisioned concurrency for none.
    init(extensions: [String] = [], timeoutSeconds: Int = 3, isProvisioned: Bool = false, entrypoint: String? = "/b") {
        machine = EnvironmentMachine(
            EnvironmentDescription(
                function: .example, timeoutSeconds: timeoutSeconds, extensions: extensions, entrypoint: entrypoint,
                isProvisioned: isProvisioned, serverPorts: [9001, 4566]),
            for: isProvisioned ? nil : Self.invocation(1))
    }

    /// One that has answered invocation 1 and waits for more, with question 2.
    static func idle() -> MachineFixture {
        var fixture = running()
        fixture.finish(1)
        fixture.next(2)
        return fixture
    }

    /// One whose runtime works on invocation 1.
    static func running() -> MachineFixture {
        var fixture = MachineFixture()
        fixture.make()
        fixture.next(1)
        return fixture
    }

    /// One with an external extension that registers for all events, and whose runtime works on invocation 1. The
    /// runtime asks with 1, the extension with 11.
    static func runningWithExtension(events: [String] = ["INVOKE", "SHUTDOWN"]) -> MachineFixture {
        var fixture = MachineFixture(extensions: ["first"])
        fixture.make()
        fixture.register("first", events: events, waiter: 10)
        fixture.next(1)
        fixture.serve(.next(identifier: "id-first"), 11)
        return fixture
    }

    static func invocation(_ number: Int, waitsForLog: Bool = true) -> SimulatedInvocation {
        SimulatedInvocation(
            number: number, version: SimulatedVersion(number: 0), revision: 1, waitsForLog: waitsForLog)
    }

    private var moment: Moment { Moment(nanoseconds: now * 1_000_000, milliseconds: Int64(now)) }

    private mutating func lines(_ actions: [EnvironmentAction<SimulatedResources>]) -> [String] {
        for action in actions {
            switch action {
            case .setTimer(let timer, _): timers[timer.kind] = timer
            case .cancelTimer(let kind): timers[kind] = nil
            default: break
            }
        }
        return actions.map { $0.line(nowMilliseconds: now) }
    }

    // Events

    @discardableResult
    mutating func start() -> [String] { lines(machine.start(at: moment)) }

    /// The number of the invocation that it gives up, and what it wants done.
    mutating func withdraw() -> (invocation: Int?, lines: [String]) {
        let (invocation, actions) = machine.withdraw()
        return (invocation?.number, lines(actions))
    }

    /// Asks for the sandbox, and makes it.
    @discardableResult
    mutating func make() -> [String] {
        start()
        return sandboxMade()
    }

    @discardableResult
    mutating func sandboxMade() -> [String] { lines(machine.sandboxMade(5, at: moment) ?? []) }

    @discardableResult
    mutating func sandboxEnded(_ exit: SandboxExit = .killed) -> [String] {
        lines(machine.sandboxEnded(exit, at: moment))
    }

    @discardableResult
    mutating func next(_ waiter: Int) -> [String] { lines(machine.next(waiter, at: moment)) }

    @discardableResult
    mutating func finish(_ number: Int) -> [String] {
        lines(machine.finish(requestID: "\(number)", .success([]), at: moment) ?? [])
    }

    @discardableResult
    mutating func offer(_ number: Int, waitsForLog: Bool = true) -> [String]? {
        machine.offer(Self.invocation(number, waitsForLog: waitsForLog), at: moment).map { lines($0) }
    }

    @discardableResult
    mutating func retire() -> [String] { lines(machine.retire(at: moment)) }

    @discardableResult
    mutating func initFailed() -> [String] {
        lines(
            machine.initFailed(RuntimeFault(payload: Array("own".utf8), type: "Runtime.ImportModuleError"), at: moment))
    }

    @discardableResult
    mutating func program(_ event: SandboxEvent) -> [String] { lines(machine.programChanged(event, at: moment)) }

    @discardableResult
    mutating func serve(_ request: ExtensionRequest, _ waiter: Int) -> [String] {
        var identifier = ""
        if case .register(let name, _, _) = request { identifier = "id-\(name)" }
        return lines(machine.serve(request, waiter, newIdentifier: identifier, at: moment))
    }

    @discardableResult
    mutating func register(_ name: String, events: [String] = ["INVOKE"], waiter: Int) -> [String] {
        serve(.register(name: name, events: events, wantsAccount: false), waiter)
    }

    /// The timer of a kind fires, so many milliseconds later.
    @discardableResult
    mutating func fire(_ kind: EnvironmentTimer.Kind, afterMilliseconds milliseconds: UInt64) -> [String] {
        now += milliseconds
        guard let timer = timers.removeValue(forKey: kind) else { return ["no timer"] }
        return lines(machine.timerFired(timer, at: moment))
    }

    /// A timer that was set once.
    func timer(_ kind: EnvironmentTimer.Kind) -> EnvironmentTimer? { timers[kind] }
}

extension [String] {
    /// Those that begin with one of some words, in order.
    func only(_ words: String...) -> [String] { filter { line in words.contains { line.hasPrefix($0) } } }
}

extension EnvironmentAction {
    /// The action in a few words.
    fileprivate func line(nowMilliseconds: UInt64) -> String {
        switch self {
        case .respond(let waiter, let answer): "respond \(waiter): \(answer.line)"
        case .complete(let invocation, let outcome): "complete \(invocation.requestID): \(outcome.line)"
        case .handBack(let invocation): "hand back \(invocation.requestID)"
        case .setTimer(let timer, let deadline): "\(timer.kind) in \(deadline / 1_000_000 - nowMilliseconds) ms"
        case .cancelTimer(let kind): "cancel \(kind)"
        case .log(let event): "log \(event.type)\(event.status.map { " \($0)" } ?? "")"
        case .report(let report, _): "report \(report.requestID) \(report.status)"
        case .drain(let source, _): "drain \(source)"
        case .endLine(let source): "end line of \(source)"
        case .terminateProgram(let program): "terminate \(program)"
        case .killProgram(let program): "kill \(program)"
        case .attach: "attach"
        default: "\(self)"
        }
    }
}

extension PlatformEvent {
    fileprivate var status: String? {
        switch self {
        case .initRuntimeDone(_, let status), .runtimeDone(_, let status, _, _, _):
            status.errorType ?? status.recordStatus
        case .initReport(let phase, let status, _): "\(phase.phase) \(status.errorType ?? status.recordStatus)"
        case .extension(let name, let state, _, _): "\(name) \(state)"
        default: nil
        }
    }
}

extension InvocationOutcome {
    fileprivate var line: String {
        switch self {
        case .answered: "answered"
        case .failed(let payload): "failed \(String(decoding: payload, as: UTF8.self))"
        case .refused(.stopped): "stopped"
        case .refused(.startExpired): "start expired"
        case .refused(.startFailed(let error)): "start failed: \(error)"
        }
    }
}

extension EnvironmentAnswer {
    fileprivate var line: String {
        switch self {
        case .invocation(let event): "invocation \(event.requestID), deadline \(event.deadlineMilliseconds)"
        case .event(.invoke(let requestID, _, _, _)): "INVOKE \(requestID)"
        case .event(.shutdown(let reason, let deadline)): "SHUTDOWN \(reason.rawValue), deadline \(deadline)"
        case .gone: "410"
        case .registered: "registered"
        case .accepted: "202"
        case .subscribed: "subscribed"
        case .fault(let fault, let status): "\(status) \(fault.type)"
        }
    }
}
