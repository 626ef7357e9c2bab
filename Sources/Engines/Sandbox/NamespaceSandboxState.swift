internal import Glibc

/// How a sandbox ended, as far as it is known. A pure value: no system call, no clock.
struct NamespaceSandboxState {
    /// Why the server ended it.
    enum KillReason {
        case requested
        case memory
        /// The control socket had a message that pid 1 cannot have sent.
        case forgery
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
    private let firstProcess: Int32
    /// The programs whose end pid 1 may report, by number.
    private var running: Set<Int>
    /// The connections that were ordered and not reported yet, by ticket.
    private var tickets: [Int32: Int] = [:]
    /// The system calls that were reported as refused, by number.
    private var refusedCalls: Set<Int32> = []

    /// The state of a sandbox that was just started: its pid 1, and its sidecars, beside which the command waits.
    init(firstProcess: Int32, sidecarCount: Int) {
        self.firstProcess = firstProcess
        running = sidecarCount == 0 ? [0] : Set(1...sidecarCount)
    }

    /// Whether a message was forged: nothing more is read.
    var wasForged: Bool { killReason == .forgery }
    /// Whether the forgery was told.
    private var hasToldForgery = false

    /// Whether a message was forged, the first time that it is asked.
    mutating func takeForgery() -> Bool {
        defer { hasToldForgery = wasForged }
        return wasForged && !hasToldForgery
    }

    /// The command was ordered to run.
    mutating func commandWasOrdered() { running.insert(0) }

    /// A connection was ordered.
    mutating func connectionWasOrdered(ticket: Int32) { tickets[ticket, default: 0] += 1 }

    /// Takes a report, if pid 1 sent it and it fits what pid 1 was asked. One that does not is the work of a program
    /// that has taken the control socket.
    mutating func accepts(_ report: SandboxReport, from sender: Int32) -> Bool {
        guard sender == firstProcess else { return false }
        switch report {
        case .created, .started, .failed: return false
        case .exited(let program, let waitStatus):
            guard running.remove(program) != nil else { return false }
            if program == 0 { self.waitStatus = waitStatus }
        case .notExecutable(let program, let errno):
            guard running.remove(program) != nil else { return false }
            if program == 0 { executionError = errno }
        case .refused(let call): return refusedCalls.insert(call.number).inserted
        case .connected(let ticket, _):
            guard let count = tickets[ticket] else { return false }
            tickets[ticket] = count > 1 ? count - 1 : nil
        }
        return true
    }

    /// The server kills the sandbox. False when nothing is left to kill.
    mutating func kill(because reason: KillReason) -> Bool {
        guard isOpen, exit == nil else { return false }
        if killReason == nil || reason == .forgery { killReason = reason }
        return true
    }

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
