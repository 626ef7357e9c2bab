import RuntimeAPI
import Scheduler

@testable import FunctionExecution

/// What a machine passes through in a simulation: numbers.
enum SimulatedResources: EnvironmentResources {
    typealias Waiter = Int
    typealias Invocation = SimulatedInvocation
    typealias Sandbox = Int
}

/// A version for simulations: its number says which function it belongs to, and what its environments are like.
struct SimulatedVersion: ScheduledVersion {
    static let all = (0..<6).map { SimulatedVersion(number: $0) }

    let number: Int
    var function: Int { number / 2 }
    var account: Int { 0 }
    var owner: Int { account }
    /// None, one or two external extensions.
    var extensions: [String] { Array(["first", "second"].prefix(number % 3)) }
    /// Whether its runtime registers an internal extension.
    var hasInternalExtension: Bool { number == 3 || number == 4 }
    var timeoutSeconds: Int { 1 + number % 3 }
}

/// An invocation of a simulation.
struct SimulatedInvocation: EnvironmentInvocation, Sendable {
    let number: Int
    let version: SimulatedVersion
    let revision: UInt64
    var waitsForLog = true

    var requestID: String { "\(number)" }

    func event(deadlineMilliseconds: Int64) -> RuntimeInvocation {
        RuntimeInvocation(
            requestID: requestID, payload: [], deadlineMilliseconds: deadlineMilliseconds, functionARN: "arn",
            traceID: "trace-\(number)")
    }
}

/// A program of a simulated sandbox.
enum SimulatedProgram: Equatable {
    /// It was not started.
    case absent
    /// It runs, and asks for nothing.
    case working
    /// It has asked for its next event.
    case asking(waiter: Int)
    /// The runtime works on this invocation.
    case invoked(Int)
    /// A signal has been sent to it that ends it.
    case dying
    /// It has ended, and the environment knows.
    case ended
}

/// A sandbox of a simulation.
struct SimulatedSandbox {
    let number: Int
    var runtime = SimulatedProgram.absent
    /// The external extensions, and the internal one, which ends with the runtime.
    var extensions: [SimulatedProgram]
    /// What each extension is known by once it has registered.
    var identifiers: [String?]
    var hasAsked = false
    var isFrozen = false
    var isKilled = false
    var hasEnded = false

    var isAlive: Bool { !hasEnded }
}

/// An environment of a simulation: its machine, the actions that its shell has yet to perform, and what a correct shell
/// would know about the world.
final class SimulatedEnvironment {
    enum Making { case none, queued, running }

    let id: EnvironmentID
    let version: SimulatedVersion
    var machine: EnvironmentMachine<SimulatedResources>
    /// Decided, and not performed.
    var pending: [EnvironmentAction<SimulatedResources>] = []
    private var performed = 0
    var making = Making.none
    var sandbox: SimulatedSandbox?
    /// Questions that wait for an answer.
    var waiters: Set<Int> = []
    var timers: [EnvironmentTimer.Kind: (timer: EnvironmentTimer, deadline: UInt64)] = [:]
    /// The invocation that has a START line and no REPORT.
    var started: String?
    /// Whether the runtime has printed something that is not in the log.
    var isUndrained = false
    /// The invocation whose handler has printed that.
    var undrained: Int?
    var isLeaving = false
    var isGone = false

    init(
        id: EnvironmentID, version: SimulatedVersion, isProvisioned: Bool, for invocation: SimulatedInvocation?
    ) {
        self.id = id
        self.version = version
        let description = EnvironmentDescription(
            function: .example, timeoutSeconds: version.timeoutSeconds, extensions: version.extensions,
            entrypoint: "/var/runtime/bootstrap", isProvisioned: isProvisioned, serverPorts: [9001, 4566])
        machine = EnvironmentMachine(description, for: invocation)
    }

    var hasPending: Bool { performed < pending.count }

    func nextPending() -> EnvironmentAction<SimulatedResources>? {
        guard performed < pending.count else { return nil }
        performed += 1
        defer {
            if performed == pending.count { (pending, performed) = ([], 0) }
        }
        return pending[performed - 1]
    }

    /// Whether processes of it take a place on the host.
    var isOnHost: Bool { making == .running || sandbox?.isAlive == true }

    /// Whether its runtime works on an invocation that counts.
    var isWorking: Bool {
        if case .invoked = sandbox?.runtime, !isLeaving, !isGone { true } else { false }
    }
}
