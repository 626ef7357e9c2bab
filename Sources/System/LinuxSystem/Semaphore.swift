internal import CLinux
internal import Glibc

/// Counts signals, which threads send and take (sem_overview(7)).
public final class Semaphore: Sendable {
    // May be used from any thread; it lives as long as this (sem_init(3)).
    nonisolated(unsafe) private let semaphore: UnsafeMutablePointer<sem_t>

    /// Makes a semaphore.
    ///
    /// - Parameter count: The signals that it has at first.
    public init(count: Int = 0) {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, UInt32(count))
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Lets one waiting thread go on, now or when it comes to wait.
    public func signal() { sem_post(semaphore) }

    /// Takes a signal; waits for it when there is none.
    public func wait() { while sem_wait(semaphore) != 0 {} }

    /// Takes a signal; `false` where none came by a moment of ``MonotonicClock``.
    public func wait(untilNanoseconds moment: UInt64) -> Bool {
        var time = timespec(tv_sec: Int(moment / 1_000_000_000), tv_nsec: Int(moment % 1_000_000_000))
        while clinux_semaphore_wait(semaphore, &time) != 0 {
            if errno != EINTR { return false }
        }
        return true
    }
}
