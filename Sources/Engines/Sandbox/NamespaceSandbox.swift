internal import CSandbox
internal import Glibc
internal import LinuxSystem
internal import SandboxPlan
internal import Synchronization

/// A running sandbox of namespaces.
final class NamespaceSandbox: RunningSandbox {
    let listeners: [Int32]
    let output: Int32
    let processDescriptor: Int32
    let sidecarOutput: Int32?
    var eventDescriptor: Int32 { control.socket }

    private let processID: Int32
    private let control: SandboxControl
    private let cgroup: (any Cgroup)?
    private let watch: MemoryWatch
    private let systemCalls: SystemCallPolicy
    private let onClose: @Sendable () -> Void
    /// Stay open, because they are read after each invocation. None where the kernel does not count.
    private let peakMemoryDescriptors: [Int32]
    private let memoryLimitBytes: UInt64
    private let state: Mutex<NamespaceSandboxState>
    /// Descriptors of forged messages: `close()`, which may block, closes them.
    private let foreign = Mutex<[Int32]>([])

    init(
        _ started: SandboxLaunch.Started, limits: SandboxLimits, cgroup: (any Cgroup)?, systemCalls: SystemCallPolicy,
        onClose: @escaping @Sendable () -> Void
    ) {
        listeners = started.listeners
        output = started.output
        processDescriptor = started.processDescriptor
        sidecarOutput = started.sidecarOutput
        processID = started.processID
        control = started.control
        watch = MemoryWatch(processID: started.processID, limitBytes: limits.memoryBytes)
        self.cgroup = cgroup
        self.systemCalls = systemCalls
        memoryLimitBytes = limits.memoryBytes
        let files = cgroup?.peakMemoryFiles ?? []
        peakMemoryDescriptors = files.map { open($0, O_RDONLY | O_CLOEXEC) }.filter { $0 >= 0 }
        self.onClose = onClose
        state = Mutex(
            NamespaceSandboxState(firstProcess: started.processID, sidecarCount: started.sidecarCount))
    }

    deinit {
        close()
    }

    func kill() {
        end(because: .requested)
    }

    func killForMemory() {
        end(because: .memory)
    }

    /// Under the lock, so that the descriptor is still ours: after `close()` its number may stand for another file.
    private func end(because reason: NamespaceSandboxState.KillReason) {
        state.withLock { state in
            guard state.kill(because: reason) else { return }
            killEverything()
        }
    }

    /// Kills pid 1 and with it all processes.
    private func killEverything() {
        // Exiting needs CPU too. A small share, divided among a thousand spinning processes, would leave pid 1 so
        // little that killing them takes minutes.
        _ = cgroup?.setCPU(cores: .infinity)
        ProcessDescriptor.signal(processDescriptor, SIGKILL)
        cgroup?.killAll()
    }

    func reap() -> SandboxExit? {
        state.withLock { state in
            if state.isOpen, state.exit == nil, Readiness.await(processDescriptor, limitMilliseconds: 0) {
                recordEnd(&state)
            }
            return state.exit
        }
    }

    /// Reads pid 1's last reports and reaps it.
    private func recordEnd(_ state: inout NamespaceSandboxState) {
        while let report = takeReport(&state) { keep(report.descriptors) }
        _ = ProcessDescriptor.reap(processDescriptor)
        state.didEnd(killedByMemoryLimit: cgroup?.wasOutOfMemory ?? false)
    }

    /// The next report of pid 1. After a message that pid 1 cannot have sent, the sandbox is killed, and nothing more
    /// is read.
    private func takeReport(_ state: inout NamespaceSandboxState) -> SandboxReport? {
        guard !state.wasForged else { return nil }
        switch control.next() {
        case .nothing: return nil
        case .report(let report, let sender):
            if state.accepts(report, from: sender) { return report }
            keep(report.descriptors)
        case .nonsense(let descriptors): keep(descriptors)
        }
        if state.kill(because: .forgery) { killEverything() }
        return nil
    }

    private func keep(_ descriptors: [Int32]) {
        foreign.withLock { $0 += descriptors }
    }

    func takeEvents() -> [SandboxEvent] {
        state.withLock { state in
            var events: [SandboxEvent] = []
            while events.count < Self.eventsAtOnce, state.isOpen, state.exit == nil, let report = takeReport(&state) {
                switch report {
                case .exited(let program, let waitStatus):
                    let exit = SandboxExit(
                        waitStatus: waitStatus, killedByMemoryLimit: cgroup?.wasOutOfMemory ?? false)
                    events.append(.exited(program, exit))
                case .notExecutable(let program, let errno): events.append(.notExecutable(program, errno: errno))
                case .connected(let ticket, let descriptor): events.append(.connected(ticket: ticket, descriptor))
                case .refused(let call):
                    events.append(.callRefused(call.description, isPerformed: systemCalls == .log))
                case .created, .started, .failed: break
                }
            }
            return state.takeForgery() ? events + [.forged] : events
        }
    }

    /// As many reports as one turn of the event loop handles.
    private static let eventsAtOnce = 64

    func runCommand() -> Bool {
        order {
            $0.commandWasOrdered()
            return control.send(STRATA_ORDER_RUN)
        }
    }

    func terminate(_ program: Int) -> Bool {
        order { _ in control.send(STRATA_ORDER_TERMINATE, program: program) }
    }

    func kill(_ program: Int) -> Bool {
        order { _ in control.send(STRATA_ORDER_KILL, program: program) }
    }

    func connect(port: UInt16, ticket: Int32) -> Bool {
        order {
            guard control.send(STRATA_ORDER_CONNECT, port: port, ticket: ticket) else { return false }
            $0.connectionWasOrdered(ticket: ticket)
            return true
        }
    }

    /// Sends an order to pid 1; false when the sandbox is closed or has ended.
    private func order(_ send: (inout NamespaceSandboxState) -> Bool) -> Bool {
        state.withLock { $0.isOpen && $0.exit == nil && send(&$0) }
    }

    func freeze() -> Bool {
        order { _ in control.send(STRATA_ORDER_FREEZE) }
    }

    func thaw() -> Bool {
        order { _ in control.send(STRATA_ORDER_THAW) }
    }

    func hasActivePrograms() -> Bool {
        // Pid 1 is never stopped.
        ProcessMemory.descendants(of: processID).dropFirst().contains { ProcessState.isActive($0) }
    }

    func setCPU(cores: Double) -> Bool {
        state.withLock { $0.isOpen && cgroup?.setCPU(cores: cores) ?? false }
    }

    func memory() -> MemoryReading {
        cgroup?.memory() ?? watch.reading()
    }

    func peakMemoryBytes() -> UInt64 {
        let counted = state.withLock { state in
            state.isOpen ? peakMemoryDescriptors.compactMap { KernelCounter.read($0) } : []
        }
        // The peaks of memory and of sockets' buffers, which have a limit of their own, need not be of one moment.
        guard counted.isEmpty else { return min(counted.reduce(0, +), memoryLimitBytes) }
        return cgroup?.memory()?.peakBytes ?? watch.peakBytes()
    }

    func close() {
        let (isFirstClose, mustEnd) = state.withLock { state in
            guard state.isOpen else { return (false, false) }
            let mustEnd = state.exit == nil
            if mustEnd, state.kill(because: .requested) { killEverything() }
            state.isOpen = false
            return (true, mustEnd)
        }
        guard isFirstClose else { return }
        if mustEnd {
            SandboxProcess.awaitEnd(processDescriptor)  // without the lock: the event loop may ask for it meanwhile
            state.withLock { recordEnd(&$0) }
        }
        let pipes = [output, processDescriptor, control.socket] + [sidecarOutput].compactMap(\.self)
        for descriptor in listeners + peakMemoryDescriptors + pipes + foreign.withLock({ $0 }) {
            _ = FileDescriptor(owning: descriptor)
        }
        cgroup?.remove()
        onClose()
    }
}
