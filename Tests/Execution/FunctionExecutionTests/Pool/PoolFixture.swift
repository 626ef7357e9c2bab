import Domain
import Glibc
import LinuxSystem
import RuntimeAPI
import SandboxPlan
import Scheduler
import Synchronization
import Telemetry
import Testing

@testable import FunctionExecution
@testable import HTTP
@testable import Sandbox

/// A reactor whose clock stands still until it is moved, and whose work waits until it is asked for.
final class ManualReactor: Reactor {
    private struct State {
        var nanoseconds: UInt64 = 1_000_000_000_000
        var lastToken = 0
        var timers: [Int: (deadline: UInt64, action: @Sendable () -> Void)] = [:]
        var watches: [Int: (descriptor: Int32, action: @Sendable () -> Void)] = [:]
        var work: [@Sendable () -> Void] = []
        var refusesWork = false
    }

    private let state = Mutex(State())

    func now() -> Moment {
        let nanoseconds = state.withLock { $0.nanoseconds }
        return Moment(nanoseconds: nanoseconds, milliseconds: Int64(nanoseconds / 1_000_000))
    }

    func schedule(atNanoseconds deadline: UInt64, _ action: @escaping @Sendable () -> Void) -> ReactorToken {
        state.withLock { state in
            state.lastToken += 1
            state.timers[state.lastToken] = (deadline, action)
            return .number(state.lastToken)
        }
    }

    func watch(
        _ descriptor: Int32, for interest: EventLoop.Interest, _ action: @escaping @Sendable () -> Void
    ) -> ReactorToken {
        state.withLock { state in
            state.lastToken += 1
            state.watches[state.lastToken] = (descriptor, action)
            return .number(state.lastToken)
        }
    }

    func cancel(_ token: ReactorToken) {
        guard case .number(let number) = token else { return }
        state.withLock { state in
            state.timers[number] = nil
            state.watches[number] = nil
        }
    }

    func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            if !state.refusesWork { state.work.append(work) }
            return !state.refusesWork
        }
    }

    func pause(milliseconds: Int) {
        runWork()
        advance(milliseconds: UInt64(milliseconds))
    }

    func stop() { runWork() }

    /// Lets the clock go on; what is due happens on the way, in order.
    func advance(milliseconds: UInt64) {
        let end = state.withLock { $0.nanoseconds + milliseconds * 1_000_000 }
        while let action = takeDue(until: end) { action() }
        state.withLock { $0.nanoseconds = end }
    }

    private func takeDue(until end: UInt64) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard let (token, timer) = state.timers.min(by: { $0.value.deadline < $1.value.deadline }),
                timer.deadline <= end
            else { return nil }
            state.timers[token] = nil
            state.nanoseconds = max(state.nanoseconds, timer.deadline)
            return timer.action
        }
    }

    /// Does the work that waits.
    func runWork() {
        while let work = state.withLock({ $0.work.isEmpty ? nil : $0.work.removeFirst() }) { work() }
    }

    /// A descriptor becomes readable.
    func makeReadable(_ descriptor: Int32) {
        let actions = state.withLock { $0.watches.values.filter { $0.descriptor == descriptor }.map(\.action) }
        for action in actions { action() }
    }

    /// Work is refused from now on: too much waits.
    func refuseWork() { state.withLock { $0.refusesWork = true } }

    /// Watches and timers that are set.
    var pendingCount: (timers: Int, watches: Int) { state.withLock { ($0.timers.count, $0.watches.count) } }
}

/// A sandbox without processes: remembers what it was told, and does what a test says.
final class FakeSandbox: RunningSandbox {
    private struct State {
        var orders: [String] = []
        var events: [SandboxEvent] = []
        var exit: SandboxExit?
        var isClosed = false
    }

    private let state = Mutex(State())
    let listeners: [Int32] = []
    let output: Int32
    private let input: Int32
    let processDescriptor: Int32
    let sidecarOutput: Int32?
    let eventDescriptor: Int32

    /// - Parameter number: tells its descriptors, which are never used, from those of others.
    init(number: Int32, hasSidecars: Bool) {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        (output, input) = (ends[0], ends[1])
        processDescriptor = 1_000_000 + number
        eventDescriptor = 2_000_000 + number
        sidecarOutput = hasSidecars ? 3_000_000 + number : nil
    }

    deinit {
        _ = FileDescriptor(owning: output)
        _ = FileDescriptor(owning: input)
    }

    private func note(_ order: String) -> Bool {
        state.withLock { $0.orders.append(order) }
        return true
    }

    func takeEvents() -> [SandboxEvent] {
        state.withLock { state in
            defer { state.events = [] }
            return state.events
        }
    }

    func runCommand() -> Bool { note("run") }
    func terminate(_ program: Int) -> Bool { note("terminate \(program)") }
    func kill(_ program: Int) -> Bool { note("kill \(program)") }
    func connect(port: UInt16, ticket: Int32) -> Bool { note("connect") }
    func kill() { _ = note("kill") }
    func killForMemory() { _ = note("kill for memory") }
    func reap() -> SandboxExit? { state.withLock { $0.exit } }
    func freeze() -> Bool { note("freeze") }
    func thaw() -> Bool { note("thaw") }
    func setCPU(cores: Double) -> Bool { true }
    func memory() -> MemoryReading { MemoryReading(currentBytes: 1, peakBytes: 2, isEnforced: true) }
    func peakMemoryBytes() -> UInt64 { 5 << 20 }
    func close() { state.withLock { $0.isClosed = true } }

    /// What it was told to do.
    var orders: [String] { state.withLock { $0.orders } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// A program inside prints something.
    func print(_ text: String) { _ = text.withCString { write(input, $0, strlen($0)) } }

    /// Something happens to a program inside.
    func happen(_ event: SandboxEvent, _ reactor: ManualReactor) {
        state.withLock { $0.events.append(event) }
        reactor.makeReadable(eventDescriptor)
    }

    /// Everything inside has ended.
    func end(_ exit: SandboxExit, _ reactor: ManualReactor) {
        state.withLock { $0.exit = exit }
        reactor.makeReadable(processDescriptor)
    }
}

/// Makes sandboxes that have no processes.
final class FakeSandboxProvider: SandboxProvider {
    private let made = Mutex<[FakeSandbox]>([])
    private let isFailing = Mutex(false)

    func start(_ plan: SandboxPlan) throws(SandboxError) -> any RunningSandbox {
        if isFailing.withLock({ $0 }) { throw SandboxError(stage: "mount the new root", errno: EPERM) }
        return made.withLock { made in
            let sandbox = FakeSandbox(number: Int32(made.count), hasSidecars: !plan.sidecars.isEmpty)
            made.append(sandbox)
            return sandbox
        }
    }

    /// Sandboxes cannot be made from now on.
    func fail() { isFailing.withLock { $0 = true } }

    /// Those that were made.
    var sandboxes: [FakeSandbox] { made.withLock { $0 } }
}

/// Takes no connections.
struct NoConnections: EnvironmentConnections {
    func adopt(connection: Int32, origin: UInt32) {}
    func hangUp(origin: UInt32) {}
}

/// A pool with a clock, sandboxes and threads that a test moves.
final class PoolFixture: Sendable {
    let reactor = ManualReactor()
    let provider = FakeSandboxProvider()
    let pool: EnvironmentPool
    let revision: FunctionRevision
    private let folder: String
    private let results = Mutex<[Int: [InvocationResult]]>([:])

    init(timeoutSeconds: Int = 3) throws {
        folder = "\(TemporaryFolder.path)/strata-pool-\(UInt64.random(in: .min ... .max))"
        let function = try FunctionID(
            account: #require(AccountID("000000000000")), region: #require(Region("us-east-1")),
            name: #require(FunctionName("function")))
        let runtime = try #require(RuntimeIdentifier("provided.al2023"))
        revision = FunctionRevision(
            function: function, version: .latest, number: 1, runtime: runtime, role: "role", handler: "handler",
            architecture: .ofThisHost, memoryMebibytes: 128, temporaryStorageMebibytes: 512,
            timeoutSeconds: timeoutSeconds, environment: [:], allowsRecursion: false, logFormat: .text, packages: [],
            codeTree: "\(folder)/code", layerTrees: [], meter: FunctionMeter())
        let host = FunctionHost(userland: Userland(), interpreters: [:], runtimeFiles: "/none", gatewayPort: 4566)
        pool = EnvironmentPool(
            host: host, sandboxes: provider, logs: LogStore(root: "\(folder)/logs"), limits: SchedulerLimits(),
            connections: NoConnections(), reactor: reactor)
    }

    /// Invokes the function.
    func invoke(_ number: Int) {
        pool.invoke(
            Invocation(
                requestID: "\(number)", revision: revision, payload: [], invokedARN: "arn", clientContext: nil,
                traceID: nil
            ) { [weak self] result in self?.results.withLock { $0[number, default: []].append(result) } })
    }

    /// How an invocation ended, in a few words; `nil` while it has not.
    func result(_ number: Int) -> String? {
        let results = results.withLock { $0[number] ?? [] }
        guard results.count < 2 else { return "answered \(results.count) times" }
        switch results.first {
        case .answered(let payload, _): return "answered \(String(decoding: payload, as: UTF8.self))"
        case .failed(let payload, _): return "failed \(String(decoding: payload, as: UTF8.self))"
        case .refused(let refusal): return "refused \(refusal)"
        case nil: return nil
        }
    }

    /// The tail of the log that went with an answer.
    func logTail(_ number: Int) -> [String] {
        switch results.withLock({ $0[number]?.first }) {
        case .answered(_, let tail), .failed(_, let tail):
            return String(decoding: tail, as: UTF8.self).split(separator: "\n").map(String.init)
        default: return []
        }
    }

    /// The environment of the first number.
    private let origin = EnvironmentOrigin(environment: 1, isRuntimeAPI: true).number

    /// The runtime of an environment asks for work.
    func next() -> HTTPExchange {
        // Not parked, an exchange does nothing with its connection.
        let exchange = HTTPExchange(target: "/next", connection: OpaquePointer(bitPattern: 8) ?? .init(reactorAddress))
        if let response = pool.next(origin: origin, exchange) { exchange.respond(response) }
        return exchange
    }

    private var reactorAddress: UnsafeMutableRawPointer { Unmanaged.passUnretained(reactor).toOpaque() }

    /// The runtime answers an invocation.
    func finish(_ number: Int, _ payload: String = "done") -> Bool {
        pool.finish(origin: origin, requestID: "\(number)", .success(Array(payload.utf8)))
    }
}

extension HTTPExchange {
    /// The status and the request id of its answer; `nil` where it has none.
    var answer: String? {
        guard isAnswered, let response = takeResponseOrPark() else { return nil }
        let requestID = response.headers.first { $0.name == "Lambda-Runtime-Aws-Request-Id" }?.value
        return requestID ?? "\(response.status)"
    }
}

/// Where tests leave files.
private enum TemporaryFolder {
    static var path: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }
}
