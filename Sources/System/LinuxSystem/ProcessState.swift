internal import Glibc

/// What the processes of others do, read from /proc.
package enum ProcessState {
    /// Whether a process runs, or waits for an event that a signal interrupts: not when it is stopped, or has ended
    /// (proc_pid_stat(5)).
    package static func isActive(_ process: Int32) -> Bool { state(of: process).map { "RS".contains($0) } ?? false }

    /// Whether a process has ended, whether its parent has noticed or not.
    package static func hasEnded(_ process: Int32) -> Bool {
        if kill(process, 0) != 0 { return errno == ESRCH }
        return state(of: process).map { "ZX".contains($0) } ?? false
    }

    private static func state(of process: Int32) -> Character? {
        guard let text = TextFile.read("/proc/\(process)/stat"), let name = text.lastIndex(of: ")") else { return nil }
        // The name, which programs choose, may contain anything.
        return text[name...].dropFirst(2).first
    }
}
