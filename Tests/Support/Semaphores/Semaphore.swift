internal import Glibc

/// Counts signals that threads send one another: what a test waits on instead of sleeping. See sem_overview(7).
public final class Semaphore: Sendable {
    nonisolated(unsafe) private let count: UnsafeMutablePointer<sem_t>

    /// Starts at no signals.
    public init() {
        count = .allocate(capacity: 1)
        sem_init(count, 0, 0)
    }

    deinit {
        sem_destroy(count)
        count.deallocate()
    }

    /// Lets one waiting thread go on, now or when it comes to wait.
    public func signal() { sem_post(count) }

    /// Takes one signal; waits for it when there is none.
    public func wait() { while sem_wait(count) != 0 {} }
}
