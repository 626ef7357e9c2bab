import RuntimeAPI
import Sandbox
import Scheduler
import Synchronization

@testable import FunctionExecution
@testable import HTTP

/// What the runtime of a simulated sandbox does.
enum SimulatedRuntime: Sendable {
    /// It has no question and no invocation.
    case working
    /// It has asked for its next event.
    case asking(HTTPExchange)
    /// It works on an invocation.
    case invoked(Int)

    /// The invocation that it works on.
    var invocation: Int? { if case .invoked(let number) = self { number } else { nil } }
}

// What the programs in sandboxes do.
extension PoolSimulation {
    /// The runtime of an environment does something, or its sandbox ends.
    func runPrograms(of environment: ExecutionEnvironment) {
        guard let sandbox = environment.activity?.sandbox as? FakeSandbox, sandbox.reap() == nil else { return }
        let isCalm = state.withLock { $0.isCalm }
        let orders = sandbox.orders
        if orders.contains("kill") { return isCalm || happens(300) ? end(sandbox, .killed) : () }
        if !isCalm, happens(8) { return end(sandbox, .outOfMemory) }
        guard orders.last(where: { $0 == "freeze" || $0 == "thaw" }) != "freeze" else {
            if case .asking(let exchange) = runtime(of: sandbox) {
                expect(!exchange.isAnswered, "an event was sent to a frozen runtime")
            }
            return
        }
        let origin = EnvironmentOrigin(environment: environment.id.number, isRuntimeAPI: true).number
        switch runtime(of: sandbox) {
        case .working: ask(sandbox, origin, isCalm: isCalm)
        case .asking(let exchange): hear(exchange, sandbox, origin, isCalm: isCalm)
        case .invoked(let number): work(on: number, sandbox, origin, isCalm: isCalm)
        }
    }

    private func runtime(of sandbox: FakeSandbox) -> SimulatedRuntime {
        state.withLock { $0.runtimes[sandbox.processDescriptor] ?? .working }
    }

    private func set(_ runtime: SimulatedRuntime?, of sandbox: FakeSandbox) {
        state.withLock { $0.runtimes[sandbox.processDescriptor] = runtime }
    }

    private func end(_ sandbox: FakeSandbox, _ exit: SandboxExit) {
        set(nil, of: sandbox)
        for order in sandbox.orders { reach(order) }
        sandbox.end(exit, reactor)
    }

    /// The runtime asks for its next event, or fails before.
    private func ask(_ sandbox: FakeSandbox, _ origin: UInt32, isCalm: Bool) {
        if !isCalm, happens(30) { return end(sandbox, .exited(code: 1)) }
        if !isCalm, happens(20) {
            return pool.initFailed(origin: origin, RuntimeFault(payload: [], type: "Runtime.ImportModuleError"))
        }
        let exchange = HTTPExchange(.get("/next"), origin: origin, connection: nil)
        set(.asking(exchange), of: sandbox)
        if let response = pool.next(origin: origin, exchange) { exchange.respond(response) }
    }

    /// The runtime has its answer, or gives up on its question.
    private func hear(_ exchange: HTTPExchange, _ sandbox: FakeSandbox, _ origin: UInt32, isCalm: Bool) {
        guard exchange.isAnswered else {
            if !isCalm, happens(10) { ask(sandbox, origin, isCalm: true) }
            if !isCalm, happens(4) { end(sandbox, .exited(code: 0)) }
            return
        }
        // Without an invocation it is refused: the environment ends.
        let answer = exchange.answer ?? ""
        guard answer.hasPrefix(Self.requestPrefix), let number = Int(answer.dropFirst(Self.requestPrefix.count)) else {
            return end(sandbox, .exited(code: 0))
        }
        set(.invoked(number), of: sandbox)
    }

    private func isUnanswered(_ number: Int) -> Bool { state.withLock { $0.unanswered.contains(number) } }

    private func work(on number: Int, _ sandbox: FakeSandbox, _ origin: UInt32, isCalm: Bool) {
        switch self.number(in: 0...99) {
        case 0..<3 where !isCalm: end(sandbox, .exited(code: 3))
        case 3..<6 where !isCalm:
            let isTaken = pool.finish(origin: origin, requestID: "none", .success([]))
            expect(!isTaken, "an answer to another invocation was taken")
        case 6..<12 where !isCalm: sandbox.print("line\nand a half")
        case 12..<40 where !isCalm: break
        default:
            let isError = happens(100)
            set(.working, of: sandbox)
            let wasUnanswered = isUnanswered(number)
            let isTaken = pool.finish(
                origin: origin, requestID: "\(Self.requestPrefix)\(number)",
                isError ? .failure(RuntimeFault(payload: [], type: nil)) : .success([]))
            expect(!isTaken || wasUnanswered, "an answer was taken too late")
            if happens(600) { ask(sandbox, origin, isCalm: true) }
        }
    }
}
