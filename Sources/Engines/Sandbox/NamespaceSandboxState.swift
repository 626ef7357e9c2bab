internal import Glibc

/// How a sandbox ended, as far as it is known. A pure value: no system call, no clock.
struct NamespaceSandboxState {
    /// Why the server ended it.
    enum KillReason {
        case requested
        case memory
    }

    /// Whether the descriptors are still ours.
    var isOpen = true
    /// How it ended; set once.
    private(set) var exit: SandboxExit?
    /// The command's wait status, once pid 1 has reported it.
    private(set) var waitStatus: Int32?
    /// Why the command could not be executed.
    private var executionError: Int32?
    private var killReason: KillReason?

    /// The server kills the sandbox. False when nothing is left to kill.
    mutating func kill(because reason: KillReason) -> Bool {
        guard isOpen, exit == nil else { return false }
        if killReason == nil { killReason = reason }
        return true
    }

    /// The command exited; its sidecars may still run.
    mutating func commandDidExit(waitStatus: Int32) { self.waitStatus = waitStatus }

    /// The command could not be executed.
    mutating func commandNotExecuted(errno: Int32) { executionError = errno }

    /// The last process inside has ended.
    ///
    /// Pid 1 has reported how the command ended, unless it was killed itself. Its report came before any kill of ours
    /// took effect, so it counts first.
    mutating func didEnd(killedByMemoryLimit: Bool) {
        guard exit == nil else { return }
        if let executionError {
            exit = .notExecutable(errno: executionError)
            return
        }
        guard let waitStatus else {
            exit =
                killReason == .requested ? .killed : killReason == .memory || killedByMemoryLimit ? .outOfMemory : .lost
            return
        }
        exit = SandboxExit(waitStatus: waitStatus, killedByMemoryLimit: killedByMemoryLimit)
    }
}

extension SandboxExit {
    /// How a program ended, by its wait status (wait(2)).
    init(waitStatus: Int32, killedByMemoryLimit: Bool) {
        let signal = waitStatus & 0x7f
        if signal == 0 {
            self = .exited(code: (waitStatus >> 8) & 0xff)
        } else if signal == SIGKILL, killedByMemoryLimit {
            self = .outOfMemory
        } else {
            self = .signaled(signal)
        }
    }
}
