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

    private let control: SandboxControl
    private let cgroup: (any Cgroup)?
    private let watch: MemoryWatch
    private let whenClosed: @Sendable () -> Void
    /// Open for as long as the sandbox is: it is read after each invocation. -1 where the kernel does not count.
    private let peakMemoryDescriptor: Int32
    private let state = Mutex(NamespaceSandboxState())

    init(
        _ started: SandboxLaunch.Started, limits: SandboxLimits, cgroup: (any Cgroup)?,
        whenClosed: @escaping @Sendable () -> Void
    ) {
        listeners = started.listeners
        output = started.output
        processDescriptor = started.processDescriptor
        control = started.control
        watch = MemoryWatch(processID: started.processID, limitBytes: limits.memoryBytes)
        self.cgroup = cgroup
        peakMemoryDescriptor = cgroup?.peakMemoryFile.map { open($0, O_RDONLY | O_CLOEXEC) } ?? -1
        self.whenClosed = whenClosed
    }

    deinit {
        close()
    }

    func kill() {
        end(because: .asked)
    }

    func killForMemory() {
        end(because: .memory)
    }

    /// Under the lock, so that the descriptor is still ours: `close()` could have given its number to somebody else.
    private func end(because reason: NamespaceSandboxState.KillReason) {
        state.withLock { state in
            guard state.kill(because: reason) else { return }
            killEverything()
        }
    }

    private func killEverything() {
        // Dying takes CPU as well. Of a small share, divided by a thousand processes that spin, pid 1 would get so
        // little that it took minutes to take them along.
        _ = cgroup?.setCPU(cores: .infinity)
        ProcessDescriptor.signal(processDescriptor, SIGKILL)
        cgroup?.killAll()
    }

    func reap() -> SandboxExit? {
        state.withLock { state in
            if state.isOpen, state.exit == nil, Readiness.await(processDescriptor, limitMilliseconds: 0) {
                takeEnd(&state)
            }
            return state.exit
        }
    }

    private func takeEnd(_ state: inout NamespaceSandboxState) {
        _ = ProcessDescriptor.reap(processDescriptor)
        var waitStatus: Int32?
        while let report = control.next() {
            if case .exited(let status) = report { waitStatus = status }
        }
        state.ended(waitStatus: waitStatus, killedByMemoryLimit: cgroup?.wasOutOfMemory ?? false)
    }

    func freeze() -> Bool {
        state.withLock { $0.isOpen && $0.exit == nil && control.send(STRATA_ORDER_FREEZE) }
    }

    func thaw() -> Bool {
        state.withLock { $0.isOpen && $0.exit == nil && control.send(STRATA_ORDER_THAW) }
    }

    func setCPU(cores: Double) -> Bool {
        state.withLock { $0.isOpen && cgroup?.setCPU(cores: cores) ?? false }
    }

    func memory() -> MemoryReading {
        cgroup?.memory() ?? watch.reading()
    }

    func peakMemoryBytes() -> UInt64 {
        let kept = state.withLock { state in
            state.isOpen && peakMemoryDescriptor >= 0 ? KernelCounter.read(peakMemoryDescriptor) : nil
        }
        return kept ?? memory().peakBytes
    }

    func close() {
        let mustClean = state.withLock { state -> Bool in
            guard state.isOpen else { return false }
            if state.exit == nil {
                _ = state.kill(because: .asked)
                killEverything()
                SandboxProcess.end(processDescriptor)
                takeEnd(&state)
            }
            state.isOpen = false
            return true
        }
        guard mustClean else { return }
        let kept = peakMemoryDescriptor >= 0 ? [peakMemoryDescriptor] : []
        for descriptor in listeners + kept + [output, processDescriptor, control.socket] {
            _ = FileDescriptor(owning: descriptor)
        }
        cgroup?.remove()
        whenClosed()
    }
}
