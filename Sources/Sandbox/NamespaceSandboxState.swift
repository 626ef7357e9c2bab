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
    private var killReason: KillReason?

    /// Notes that the server ends it. False when there is nothing left to end.
    mutating func kill(because reason: KillReason) -> Bool {
        guard isOpen, exit == nil else { return false }
        if killReason == nil { killReason = reason }
        return true
    }

    /// Notes that nothing inside lives any more.
    ///
    /// `waitStatus` is what pid 1 told of the command; it tells nothing when it was killed itself. What it told came
    /// before any kill of ours could have mattered, so it counts first.
    mutating func ended(waitStatus: Int32?, killedByMemoryLimit: Bool) {
        guard exit == nil else { return }
        guard let waitStatus else {
            exit = killReason == .asked ? .killed : killReason == .memory || killedByMemoryLimit ? .outOfMemory : .lost
            return
        }
        let signal = waitStatus & 0x7f
        if signal == 0 {
            exit = .exited(code: (waitStatus >> 8) & 0xff)
        } else if signal == SIGKILL, killedByMemoryLimit {
            exit = .outOfMemory
        } else {
            exit = .signaled(signal)
        }
    }
}
