internal import Glibc

/// Waits for one descriptor, without an event loop.
package enum Readiness {
    /// Waits at most `limitMilliseconds` until `descriptor` is readable or has hung up; true when it is.
    package static func await(_ descriptor: Int32, limitMilliseconds: Int32) -> Bool {
        wait(descriptor, Int16(POLLIN), limitMilliseconds)
    }

    /// Waits at most `limitMilliseconds` until the reader of what is written to `descriptor` has closed its end; true
    /// when it has.
    ///
    /// Source: poll(2), POLLERR: "also set for a file descriptor referring to the write end of a pipe when the read end
    /// has been closed"; POLLERR and POLLHUP (of a terminal or a socket) need not be requested.
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
