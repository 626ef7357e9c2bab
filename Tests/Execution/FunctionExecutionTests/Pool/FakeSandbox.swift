import Glibc
import LinuxSystem
import SandboxPlan
import Synchronization

@testable import Sandbox

/// A sandbox without processes: remembers what it was told, and does what a test says.
final class FakeSandbox: RunningSandbox {
    private struct State {
        var orders: [String] = []
        var events: [SandboxEvent] = []
        var exit: SandboxExit?
        var isClosed = false
        var isEvadingFreezes = false
        var takesOrders = true
        var memory = MemoryReading(currentBytes: 1, peakBytes: 2, isEnforced: true)
    }

    private let state = Mutex(State())
    let listeners: [Int32] = []
    private let (outputEnd, input): (Int32, Int32)
    private let whileReading = Mutex<@Sendable () -> Void>({})
    let processDescriptor: Int32
    let sidecarOutput: Int32?
    let eventDescriptor: Int32

    /// - Parameter number: tells its descriptors, which are never used, from those of others.
    init(number: Int32, hasSidecars: Bool) {
        var ends: [Int32] = [-1, -1]
        pipe(&ends)
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (outputEnd, input) = (ends[0], ends[1])
        processDescriptor = 1_000_000 + number
        eventDescriptor = 2_000_000 + number
        sidecarOutput = hasSidecars ? 3_000_000 + number : nil
    }

    deinit {
        _ = FileDescriptor(owning: outputEnd)
        _ = FileDescriptor(owning: input)
    }

    var output: Int32 {
        whileReading.withLock { $0 }()
        return outputEnd
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
    func freeze() -> Bool { note("freeze") && state.withLock { $0.takesOrders } }
    func thaw() -> Bool { note("thaw") }
    func hasActivePrograms() -> Bool { state.withLock { $0.isEvadingFreezes } }
    func setCPU(cores: Double) -> Bool { true }
    func memory() -> MemoryReading { state.withLock { $0.memory } }
    func peakMemoryBytes() -> UInt64 { 5 << 20 }
    func close() { state.withLock { $0.isClosed = true } }

    /// What it was told to do.
    var orders: [String] { state.withLock { $0.orders } }
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Its programs use so much memory, and no kernel limits them.
    func useUnlimitedMemory(bytes: UInt64) {
        state.withLock { $0.memory = MemoryReading(currentBytes: bytes, peakBytes: bytes, isEnforced: false) }
    }

    /// Its programs continue themselves whenever they are stopped, or do not.
    func evadeFreezes(_ isEvading: Bool) { state.withLock { $0.isEvadingFreezes = isEvading } }

    /// Its first process does not come to read orders.
    func ignoreOrders() { state.withLock { $0.takesOrders = false } }

    /// A program inside prints something.
    func print(_ text: String) { _ = text.withCString { write(input, $0, strlen($0)) } }

    /// A program inside goes on printing, `count` times, whenever what it has printed is read.
    func print(_ text: String, whileReadTimes count: Int, _ reactor: ManualReactor) {
        let rest = Mutex(count)
        whileReading.withLock { body in
            body = { [self] in
                guard
                    rest.withLock({ rest in
                        defer { rest -= 1 }; return rest > 0
                    })
                else { return }
                print(text)
                reactor.makeReadable(outputEnd)
            }
        }
    }

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
    private let count = Mutex<Int32>(0)
    private let isFailing = Mutex(false)
    private let whileMaking = Mutex<@Sendable () -> Void>({})
    private let limitsMemory: Bool

    /// - Parameter limitsMemory: whether a kernel would keep its sandboxes below their limit.
    init(limitsMemory: Bool = true) { self.limitsMemory = limitsMemory }

    func start(_ plan: SandboxPlan) throws(SandboxError) -> any RunningSandbox {
        whileMaking.withLock { $0 }()
        if isFailing.withLock({ $0 }) { throw SandboxError(stage: "mount the new root", errno: EPERM) }
        return made.withLock { made in
            let number = count.withLock { count in
                defer { count += 1 }
                return count
            }
            let sandbox = FakeSandbox(number: number, hasSidecars: !plan.sidecars.isEmpty)
            if !limitsMemory { sandbox.useUnlimitedMemory(bytes: 1) }
            made.append(sandbox)
            return sandbox
        }
    }

    /// Whether sandboxes cannot be made from now on.
    func fail(_ fails: Bool = true) { isFailing.withLock { $0 = fails } }

    /// Does something whenever a sandbox is being made: other threads go on meanwhile.
    func whileMaking(_ body: @escaping @Sendable () -> Void) { whileMaking.withLock { $0 = body } }

    /// Those that were made.
    var sandboxes: [FakeSandbox] { made.withLock { $0 } }

    /// Frees the descriptors of those that were closed.
    func forgetClosed() { made.withLock { $0.removeAll(where: \.isClosed) } }
}
