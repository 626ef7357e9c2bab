internal import CLinux

/// Calls on a pidfd: a descriptor that refers to one process for ever, where a process id can be reused
/// (pidfd_open(2)).
package enum ProcessDescriptor {
    /// Sends a signal. False when the process has ended.
    @discardableResult
    package static func signal(_ descriptor: Int32, _ signal: Int32) -> Bool {
        clinux_pidfd_send_signal(descriptor, signal) == 0
    }

    /// The result of `reap`.
    package enum Reaped: Hashable, Sendable {
        /// The process is still running.
        case running
        /// The process ended and has been reaped; its exit code, or 128 + the signal that ended it.
        case ended(code: Int32)
        /// The process is no child of this one, or was already reaped.
        case unknown
    }

    /// Reaps a child process if it has ended; never blocks.
    package static func reap(_ descriptor: Int32) -> Reaped {
        var code: Int32 = 0
        switch clinux_pidfd_reap(descriptor, &code) {
        case 1: return .ended(code: code)
        case 0: return .running
        default: return .unknown
        }
    }

    /// Waits at most `limitMilliseconds` for the process to end; true when it has ended.
    package static func awaitEnd(_ descriptor: Int32, limitMilliseconds: Int32) -> Bool {
        Readiness.await(descriptor, limitMilliseconds: limitMilliseconds)
    }
}
