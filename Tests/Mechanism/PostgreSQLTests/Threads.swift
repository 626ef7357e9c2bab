import LinuxSystem
import Synchronization

/// Runs `body` on threads of their own, and returns when all have ended. The first error is thrown.
func withThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
    let failure = Mutex<(any Error)?>(nil)
    let threads = try (0..<count).map { number in
        try SystemThread(name: "test") {
            do { try body(number) } catch { failure.withLock { $0 = $0 ?? error } }
        }
    }
    for thread in threads { thread.join() }
    if let error = failure.withLock(\.self) { throw error }
}
