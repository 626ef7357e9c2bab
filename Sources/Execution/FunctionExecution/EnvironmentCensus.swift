package import Domain
internal import RuntimeAPI
internal import Sandbox
internal import Synchronization

/// What an execution environment does, for those who watch.
package enum EnvironmentActivity: String, Hashable, Sendable, CaseIterable {
    /// Its init phase is not over.
    case starting
    /// It runs an invocation.
    case busy
    /// It waits for one.
    case idle
    /// It waits, and everything in it is stopped.
    case frozen
}

extension ExecutionEnvironment {
    /// What it does, and the memory that it has in use, in bytes; `nil` when it is gone.
    fileprivate var reading: (activity: EnvironmentActivity, memoryBytes: UInt64)? {
        // Without the lock: this reads a file, and the next invocation shall not wait for it.
        activity.map { ($0, $1?.memory().currentBytes ?? 0) }
    }
}

extension EnvironmentPool {
    /// The environments of one function.
    package struct Census: Sendable {
        /// How many do what.
        package var counts: [EnvironmentActivity: Int] = [:]
        /// The memory that they have in use.
        package var memoryBytes: UInt64 = 0
    }

    /// All environments, by function.
    package func census() -> [FunctionID: Census] {
        var functions: [FunctionID: Census] = [:]
        for environment in state.withLock({ Array($0.environments.values) }) {
            guard let reading = environment.reading else { continue }
            functions[environment.revision.function, default: Census()].counts[reading.activity, default: 0] += 1
            functions[environment.revision.function]?.memoryBytes += reading.memoryBytes
        }
        return functions
    }
}
