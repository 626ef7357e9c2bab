internal import Domain
internal import Synchronization

/// Where the invocations of a function, or of a version or alias of it, go.
struct InvocationRoute: Sendable {
    /// The version that is run.
    let first: FunctionRevision
    /// A second version, and the part of the invocations that it gets, from 0 to 1.
    let second: (revision: FunctionRevision, weight: Double)?
    /// What is set for asynchronous invocations.
    let asynchronous: AsynchronousSettings

    /// The version that runs the next invocation.
    ///
    /// - Parameter random: From 0 up to, and without, 1.
    func choose(random: @autoclosure () -> Double) -> FunctionRevision {
        guard let second, random() < second.weight else { return first }
        return second.revision
    }
}

/// Where invocations go, and who but the owner may ask for them, as it was last read: the catalogue is asked once for
/// each function, and after its changes.
///
/// A change calls ``forget(_:)`` after its rows are durable and before it is answered, so whoever invokes after the
/// answer sees it. What was read before a change is never kept after it.
final class RouteTable: Sendable {
    private struct State {
        var routes: [FunctionID: [Qualifier?: InvocationRoute]] = [:]
        var policies: [FunctionID: [Qualifier?: ResourcePolicy]] = [:]
        var changes: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Where invocations of a target go.
    ///
    /// - Parameter read: Asks the catalogue, where that is not known.
    func route(
        to target: FunctionTarget, _ read: () throws(PlatformError) -> InvocationRoute
    ) throws(PlatformError) -> InvocationRoute {
        let (known, before) = state.withLock { ($0.routes[target.function]?[target.qualifier], $0.changes) }
        if let known { return known }
        let route = try read()
        state.withLock { state in
            // A change since then may not be in what was read: the next invocation reads again.
            if state.changes == before { state.routes[target.function, default: [:]][target.qualifier] = route }
        }
        return route
    }

    /// The policy of a target; `nil` where it has none.
    ///
    /// - Parameter read: Asks the catalogue, where that is not known. That there is no policy is not kept: strangers
    ///   can ask for any number of functions that do not exist.
    func policy(
        of target: FunctionTarget, _ read: () throws(PlatformError) -> ResourcePolicy?
    ) throws(PlatformError) -> ResourcePolicy? {
        let (known, before) = state.withLock { ($0.policies[target.function]?[target.qualifier], $0.changes) }
        if let known { return known }
        guard let policy = try read() else { return nil }
        state.withLock { state in
            if state.changes == before { state.policies[target.function, default: [:]][target.qualifier] = policy }
        }
        return policy
    }

    /// A function has changed, or is gone.
    func forget(_ function: FunctionID) {
        state.withLock { state in
            state.changes += 1
            state.routes[function] = nil
            state.policies[function] = nil
        }
    }

    /// Who may ask for a function has changed. Where its invocations go has not, so its environments stay.
    func forgetPolicies(of function: FunctionID) {
        state.withLock { state in
            state.changes += 1
            state.policies[function] = nil
        }
    }
}
