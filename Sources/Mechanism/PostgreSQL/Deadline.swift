internal import Glibc
internal import LinuxSystem

/// The moment until which a call may take.
struct Deadline: Sendable {
    /// The moment, by ``MonotonicClock``.
    let nanoseconds: UInt64

    init(milliseconds: UInt64) {
        nanoseconds = MonotonicClock.nowNanoseconds() + milliseconds * 1_000_000
    }

    /// Whether the moment has passed.
    var hasPassed: Bool { MonotonicClock.nowNanoseconds() >= nanoseconds }

    /// Waits until a descriptor is ready for one of the events (poll(2)), or has hung up. `false` where it was not in
    /// time.
    func wait(for descriptor: Int32, _ events: Int16) -> Bool {
        while true {
            var waiting = pollfd(fd: descriptor, events: events, revents: 0)
            let ready = poll(
                &waiting, 1,
                MonotonicClock.sleepMilliseconds(until: nanoseconds, nowNanoseconds: MonotonicClock.nowNanoseconds()))
            if ready > 0 { return true }
            if ready == 0 { return false }
            if errno != EINTR { return false }
        }
    }
}
