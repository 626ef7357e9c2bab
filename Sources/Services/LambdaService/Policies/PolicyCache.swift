internal import Domain
internal import ServiceKit
internal import Synchronization

/// The resource-based policies of functions, versions and aliases, in memory. The absence of a policy is cached too, so
/// that requests of strangers do not reach the disk each time. A policy that was read before a change is never
/// kept after it.
final class PolicyCache: Sendable {
    private struct State {
        var policies: [FunctionID: [Qualifier?: ResourcePolicy]] = [:]
        var absent = NegativeCache<Void>()
        /// Counts changes of all functions, so that a read sees whether one came in between.
        var changes: UInt64 = 0
    }

    private let state = Mutex(State())

    /// The policy of a target, `.some(nil)` where it has none; `nil` where the catalogue has to be read. Does not wait.
    func known(_ target: FunctionTarget) -> ResourcePolicy?? {
        state.withLock { state in
            if let policy = state.policies[target.function]?[target.qualifier] { return .some(policy) }
            return state.absent.answer(for: target) == nil ? nil : .some(nil)
        }
    }

    /// The policy of a target; `nil` where it has none.
    ///
    /// - Parameter read: reads the catalogue, where the policy is not known.
    func policy(
        of target: FunctionTarget, _ read: () throws(ServiceError) -> ResourcePolicy?
    ) throws(ServiceError) -> ResourcePolicy? {
        if let known = known(target) { return known }
        let before = state.withLock { $0.changes }
        let policy = try read()
        state.withLock { state in
            // Otherwise the policy may be older than the change.
            guard state.changes == before else { return }
            if let policy {
                state.policies[target.function, default: [:]][target.qualifier] = policy
            } else {
                state.absent.insert((), for: target)
            }
        }
        return policy
    }

    /// Drops a function's policies: one of them, or the function itself, has changed.
    func forget(_ function: FunctionID) {
        state.withLock { state in
            state.changes += 1
            state.policies[function] = nil
            state.absent.forget(function)
        }
    }
}
