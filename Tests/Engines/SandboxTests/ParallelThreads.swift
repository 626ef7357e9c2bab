import Dispatch
import Synchronization

/// Runs the same body on several threads at once and collects what each returns.
enum ParallelThreads {
    static func run<Result: Sendable>(count: Int, _ body: @Sendable (Int) throws -> Result) throws -> [Result] {
        let outcomes = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let outcome = Swift.Result { try body(index) }
            outcomes.withLock { $0[index] = outcome }
        }
        let collected = outcomes.withLock { $0 }
        return try (0..<count).compactMap { try collected[$0]?.get() }
    }
}
