import RuntimeAPI
import Sandbox
import Scheduler
import SeededRandom

@testable import FunctionExecution

// What happens to sandboxes, and what the programs in them do.
extension Simulation {
    /// A thread gets to make a sandbox, or has made it.
    mutating func make(_ environment: Environment) throws {
        switch environment.making {
        case .none: return
        case .queued:
            event += 1
            let (isWanted, actions) = environment.machine.sandboxMakingBegins()
            environment.making = isWanted ? .running : .none
            environment.pending += actions
        case .running:
            guard isCalm || happens(300) else { return }
            event += 1
            environment.making = .none
            if happens(30), !isCalm {
                environment.pending += environment.machine.sandboxFailed(Violation(description: "no sandbox"))
                return
            }
            lastSandbox += 1
            guard let actions = environment.machine.sandboxMade(lastSandbox, at: moment) else {
                throw Violation(description: "a sandbox that was asked for is not taken")
            }
            environment.pending += actions
        }
    }

    /// Timers that are due fire, on time or late.
    mutating func fireTimers(_ environment: Environment) throws {
        for kind in EnvironmentTimer.Kind.allCases {
            guard let (timer, deadline) = environment.timers[kind], deadline <= now else { continue }
            event += 1
            environment.timers[kind] = nil
            environment.pending += environment.machine.timerFired(timer, at: moment)
        }
    }

    /// One of the programs of an environment does something, or its sandbox ends.
    mutating func runPrograms(_ environment: Environment) throws {
        guard let sandbox = environment.sandbox, !sandbox.hasEnded else { return }
        if sandbox.isKilled ? isCalm || happens(300) : happens(isCalm ? 0 : 4) {
            return endSandbox(environment, sandbox.isKilled ? .killed : .outOfMemory)
        }
        guard !sandbox.isFrozen, !sandbox.isKilled else { return }
        if isCalm {
            for index in sandbox.extensions.indices { try runExtension(index, environment) }
            return try runRuntime(environment)
        }
        let program = Int.random(in: 0...sandbox.extensions.count, using: &random)
        if program == 0 { try runRuntime(environment) } else { try runExtension(program - 1, environment) }
    }

    private mutating func endSandbox(_ environment: Environment, _ exit: SandboxExit) {
        event += 1
        environment.sandbox?.hasEnded = true
        environment.pending += environment.machine.sandboxEnded(exit, at: moment)
    }

    private mutating func newWaiter(_ environment: Environment) -> Int {
        lastWaiter += 1
        environment.waiters.insert(lastWaiter)
        return lastWaiter
    }

    // The runtime

    private mutating func runRuntime(_ environment: Environment) throws {
        guard let sandbox = environment.sandbox else { return }
        event += 1
        switch sandbox.runtime {
        case .absent, .ended: return
        case .dying: exitRuntime(environment, .signaled(15))
        case .working:
            // A runtime that ends between its answer and its next question leaves work that it never saw.
            let hasUnseen = if case .assigned = environment.machine.phase { true } else { false }
            if !isCalm, happens(hasUnseen ? 300 : 20) { return exitRuntime(environment, .exited(code: 1)) }
            if !isCalm, !sandbox.hasAsked, happens(60) {
                environment.pending += environment.machine.initFailed(
                    RuntimeFault(payload: [], type: "Runtime.ImportModuleError"), at: moment)
                return exitRuntime(environment, .exited(code: 1))
            }
            try registerInternal(environment)
            ask(environment)
        case .asking:
            // Gives up on its question and asks again, or asks while frozen processes would not.
            if !isCalm, happens(10) { ask(environment) }
            if !isCalm, happens(4) { exitRuntime(environment, .exited(code: 0)) }
        case .invoked(let number): try work(on: number, environment)
        }
    }

    private mutating func ask(_ environment: Environment) {
        let waiter = newWaiter(environment)
        environment.sandbox?.runtime = .asking(waiter: waiter)
        environment.sandbox?.hasAsked = true
        environment.pending += environment.machine.next(waiter, at: moment)
    }

    private mutating func work(on number: Int, _ environment: Environment) throws {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<3 where !isCalm: exitRuntime(environment, .exited(code: 3))
        case 3..<6 where !isCalm:
            // An answer to an invocation that it does not have, and a question out of turn.
            let actions = environment.machine.finish(requestID: "none", .success([]), at: moment)
            try Violation.unless(actions == nil, "an answer to another invocation was taken")
            environment.pending += environment.machine.next(newWaiter(environment), at: moment)
        case 6..<30 where !isCalm: break
        default:
            let isError = happens(100)
            let result: Result<[UInt8], RuntimeFault> =
                isError ? .failure(RuntimeFault(payload: [], type: nil)) : .success([])
            environment.sandbox?.runtime = .working
            guard let actions = environment.machine.finish(requestID: "\(number)", result, at: moment) else { return }
            (environment.isUndrained, environment.undrained) = (true, number)
            environment.pending += actions
            if happens(600) { ask(environment) }
        }
    }

    private mutating func exitRuntime(_ environment: Environment, _ exit: SandboxExit) {
        environment.isUndrained = true
        guard !environment.version.extensions.isEmpty else { return endSandbox(environment, exit) }
        environment.sandbox?.runtime = .ended
        environment.pending += environment.machine.programChanged(.exited(0, exit), at: moment)
    }

    // Extensions

    private mutating func runExtension(_ index: Int, _ environment: Environment) throws {
        guard let sandbox = environment.sandbox, !sandbox.hasEnded, !sandbox.isFrozen, !sandbox.isKilled else { return }
        let isInternal = index >= environment.version.extensions.count
        if isInternal, sandbox.runtime == .absent || sandbox.runtime == .ended || !sandbox.hasAsked { return }
        event += 1
        switch sandbox.extensions[index] {
        case .dying where !isInternal: exitExtension(index, environment)
        case .working:
            guard let identifier = sandbox.identifiers[index] else {
                return isInternal ? () : try register(index, environment.version.extensions[index], environment)
            }
            guard identifier != "asked" else { return }
            if !isCalm, happens(8) {
                let waiter = newWaiter(environment)
                serve(.exitError(identifier: identifier, errorType: "Test"), waiter, environment)
                return
            }
            if !isCalm, !isInternal, happens(8) { return exitExtension(index, environment) }
            let waiter = newWaiter(environment)
            environment.sandbox?.extensions[index] = .asking(waiter: waiter)
            serve(.next(identifier: identifier), waiter, environment)
        case .asking:
            if !isCalm, !isInternal, happens(4) { exitExtension(index, environment) }
        case .absent, .invoked, .dying, .ended: break
        }
    }

    private mutating func serve(_ request: ExtensionRequest, _ waiter: Int, _ environment: Environment) {
        lastIdentifier += 1
        let identifier = "extension-\(lastIdentifier)"
        environment.pending += environment.machine.serve(
            request, waiter, newIdentifier: identifier, at: moment)
    }

    private mutating func register(_ index: Int, _ name: String, _ environment: Environment) throws {
        if !isCalm, happens(15) {
            environment.sandbox?.extensions[index] = .ended
            environment.pending += environment.machine.programChanged(.notExecutable(index + 1, errno: 13), at: moment)
            return
        }
        guard environment.sandbox?.identifiers.contains("asked") == false else { return }
        environment.sandbox?.identifiers[index] = "asked"
        let events =
            happens(500) || index >= environment.version.extensions.count ? ["INVOKE"] : ["INVOKE", "SHUTDOWN"]
        let waiter = newWaiter(environment)
        serve(.register(name: name, events: events, wantsAccount: false), waiter, environment)
        while environment.sandbox?.identifiers[index] == "asked", environment.hasPending { try perform(environment) }
    }

    private mutating func registerInternal(_ environment: Environment) throws {
        guard environment.version.hasInternalExtension, let sandbox = environment.sandbox, !sandbox.hasAsked,
            let index = sandbox.identifiers.lastIndex(of: nil), index == environment.version.extensions.count
        else { return }
        try register(index, "internal", environment)
    }

    private mutating func exitExtension(_ index: Int, _ environment: Environment) {
        environment.sandbox?.extensions[index] = .ended
        environment.pending += environment.machine.programChanged(.exited(index + 1, .exited(code: 1)), at: moment)
    }
}
