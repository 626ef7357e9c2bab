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

    private let control: SandboxControl
    private let cgroup: (any Cgroup)?
    private let watch: MemoryWatch
    private let onClose: @Sendable () -> Void
    /// Stays open, because it is read after each invocation. -1 where the kernel does not count.
    private let peakMemoryDescriptor: Int32
    private let state = Mutex(NamespaceSandboxState())

    init(
        _ started: SandboxLaunch.Started, limits: SandboxLimits, cgroup: (any Cgroup)?,
        onClose: @escaping @Sendable () -> Void
    ) {
        listeners = started.listeners
        output = started.output
        processDescriptor = started.processDescriptor
        sidecarOutput = started.sidecarOutput
        control = started.control
        watch = MemoryWatch(processID: started.processID, limitBytes: limits.memoryBytes)
        self.cgroup = cgroup
        peakMemoryDescriptor = cgroup?.peakMemoryFile.map { open($0, O_RDONLY | O_CLOEXEC) } ?? -1
        self.onClose = onClose
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

    /// Reaps pid 1 and reads its last reports.
    private func recordEnd(_ state: inout NamespaceSandboxState) {
        _ = ProcessDescriptor.reap(processDescriptor)
        while let report = control.next() {
            note(report, &state)
            report.discard()
        }
        state.didEnd(killedByMemoryLimit: cgroup?.wasOutOfMemory ?? false)
    }

    /// Keeps what a report says about the command.
    private func note(_ report: SandboxReport, _ state: inout NamespaceSandboxState) {
        switch report {
        case .exited(program: 0, let waitStatus): state.commandDidExit(waitStatus: waitStatus)
        case .notExecutable(program: 0, let errno): state.commandNotExecuted(errno: errno)
        default: break
        }
    }

    func takeEvents() -> [SandboxEvent] {
        state.withLock { state in
            var events: [SandboxEvent] = []
            while state.isOpen, state.exit == nil, let report = control.next() {
                note(report, &state)
                switch report {
                case .exited(let program, let waitStatus):
                    let exit = SandboxExit(
                        waitStatus: waitStatus, killedByMemoryLimit: cgroup?.wasOutOfMemory ?? false)
                    events.append(.exited(program, exit))
                case .notExecutable(let program, let errno): events.append(.notExecutable(program, errno: errno))
                case .connected(let ticket, let descriptor): events.append(.connected(ticket: ticket, descriptor))
                case .created, .started, .failed: report.discard()
                }
            }
            return events
        }
    }

    func runCommand() -> Bool {
        order { $0.send(STRATA_ORDER_RUN) }
    }

    func terminate(_ program: Int) -> Bool {
        order { $0.send(STRATA_ORDER_TERMINATE, program: program) }
    }

    func kill(_ program: Int) -> Bool {
        order { $0.send(STRATA_ORDER_KILL, program: program) }
    }

    func connect(port: UInt16, ticket: Int32) -> Bool {
        order { $0.send(STRATA_ORDER_CONNECT, port: port, ticket: ticket) }
    }

    /// Sends an order to pid 1; false when the sandbox is closed or has ended.
    private func order(_ send: (SandboxControl) -> Bool) -> Bool {
        state.withLock { $0.isOpen && $0.exit == nil && send(control) }
    }

    func freeze() -> Bool {
        order { $0.send(STRATA_ORDER_FREEZE) }
    }

    func thaw() -> Bool {
        order { $0.send(STRATA_ORDER_THAW) }
    }

    func setCPU(cores: Double) -> Bool {
        state.withLock { $0.isOpen && cgroup?.setCPU(cores: cores) ?? false }
    }

    func memory() -> MemoryReading {
        cgroup?.memory() ?? watch.reading()
    }

    func peakMemoryBytes() -> UInt64 {
        let counted = state.withLock { state in
            state.isOpen && peakMemoryDescriptor >= 0 ? KernelCounter.read(peakMemoryDescriptor) : nil
        }
        return counted ?? cgroup?.memory()?.peakBytes ?? watch.peakBytes()
    }

    func close() {
        let isFirstClose = state.withLock { state -> Bool in
            guard state.isOpen else { return false }
            if state.exit == nil {
                _ = state.kill(because: .requested)
                killEverything()
                SandboxProcess.end(processDescriptor)
                recordEnd(&state)
            }
            state.isOpen = false
            return true
        }
        guard isFirstClose else { return }
        let counter = peakMemoryDescriptor >= 0 ? [peakMemoryDescriptor] : []
        let pipes = [output, processDescriptor, control.socket] + [sidecarOutput].compactMap(\.self)
        for descriptor in listeners + counter + pipes {
            _ = FileDescriptor(owning: descriptor)
        }
        cgroup?.remove()
        onClose()
    }
}
