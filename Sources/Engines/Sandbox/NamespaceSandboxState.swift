internal import Glibc

/// What is known about the end of a sandbox. A pure value: no call, no clock.
struct NamespaceSandboxState {
    /// Why the server ended it.
    enum KillReason {
        case asked
        case memory
    }

    /// Whether the descriptors are still ours.
    var isOpen = true
    /// How it ended; set once.
    private(set) var exit: SandboxExit?
    /// How the command ended, where its first process has told.
    private(set) var waitStatus: Int32?
    /// Why the command could not be executed.
    private var executionError: Int32?
    private var killReason: KillReason?

    /// Notes that the server ends it. False when there is nothing left to end.
    mutating func kill(because reason: KillReason) -> Bool {
        guard isOpen, exit == nil else { return false }
        if killReason == nil { killReason = reason }
        return true
    }

    /// Notes how the command ended; its sidecars may go on.
    mutating func commandEnded(waitStatus: Int32) { self.waitStatus = waitStatus }

    /// Notes that the command could not be executed.
    mutating func commandNotExecuted(errno: Int32) { executionError = errno }

    /// Notes that nothing inside lives any more.
    ///
    /// Pid 1 has told how the command ended, unless it was killed itself. What it told came before any kill of ours
    /// could have mattered, so it counts first.
    mutating func ended(killedByMemoryLimit: Bool) {
        guard exit == nil else { return }
        if let executionError {
            exit = .notExecutable(errno: executionError)
            return
        }
        guard let waitStatus else {
            exit = killReason == .asked ? .killed : killReason == .memory || killedByMemoryLimit ? .outOfMemory : .lost
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
