internal import CLinux
internal import Glibc

/// Calls on a pidfd: a descriptor that stands for one process for good, where a number could be reused (pidfd_open(2)).
package enum ProcessDescriptor {
    /// Sends a signal. False when the process is gone.
    @discardableResult
    package static func signal(_ descriptor: Int32, _ signal: Int32) -> Bool {
        clinux_pidfd_send_signal(descriptor, signal) == 0
    }

    /// What `reap` found.
    package enum Reaped: Hashable, Sendable {
        /// The process still runs.
        case running
        /// It has ended and is a zombie no longer; the exit code, or 128 + the signal that ended it.
        case ended(code: Int32)
        /// It is not a child of ours, or was reaped before.
        case unknown
    }

    /// Takes the end of a child process if it has ended; never blocks.
    package static func reap(_ descriptor: Int32) -> Reaped {
        var code: Int32 = 0
        switch clinux_pidfd_reap(descriptor, &code) {
        case 1: return .ended(code: code)
        case 0: return .running
        default: return .unknown
        }
    }

    /// Waits until the process has ended, or for so many milliseconds at most; true when it has ended.
    package static func awaitEnd(_ descriptor: Int32, limitMilliseconds: Int32) -> Bool {
        Readiness.await(descriptor, limitMilliseconds: limitMilliseconds)
    }
}

/// Waiting for one descriptor outside of an event loop.
package enum Readiness {
    /// Waits until `descriptor` can be read (or has hung up), or for so many milliseconds at most.
    package static func await(_ descriptor: Int32, limitMilliseconds: Int32) -> Bool {
        wait(descriptor, Int16(POLLIN), limitMilliseconds)
    }

    /// Waits until nobody can read any more what is written to `descriptor`, or for so many milliseconds at most.
    ///
    /// Source: poll(2), POLLERR: "also set for a file descriptor referring to the write end of a pipe when the read end
    /// has been closed"; it and POLLHUP, of a terminal or a socket, need not be asked for.
    package static func awaitReaderClosed(_ descriptor: Int32, limitMilliseconds: Int32) -> Bool {
        wait(descriptor, 0, limitMilliseconds)
    }

    private static func wait(_ descriptor: Int32, _ events: Int16, _ limitMilliseconds: Int32) -> Bool {
        var waiting = pollfd(fd: descriptor, events: events, revents: 0)
        while true {
            let ready = poll(&waiting, 1, limitMilliseconds)
            if ready >= 0 { return ready > 0 }
            if errno != EINTR { return false }
        }
    }
}
