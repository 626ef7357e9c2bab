internal import FunctionExecution
internal import ServiceKit
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
///
/// Snapshots of `$LATEST` have numbers, by which environments are told from those of older code and settings. All
/// routes to a function's `$LATEST` have the same one until ``outdate(_:)``: a change of anything else costs no
/// environment.
final class RouteTable: Sendable {
    private struct State {
        var routes: [FunctionID: [Qualifier?: InvocationRoute]] = [:]
        var policies: [FunctionID: [Qualifier?: ResourcePolicy]] = [:]
        /// The numbers of the snapshots that routes are made of.
        var numbers: [FunctionID: UInt64] = [:]
        var lastNumber: UInt64 = 0
        var changes: UInt64 = 0

        mutating func forget(_ function: FunctionID) {
            changes += 1
            routes[function] = nil
            policies[function] = nil
        }

        mutating func nextNumber() -> UInt64 {
            lastNumber += 1
            return lastNumber
        }

        /// The number of the snapshot that is about to be taken, noted so that whoever asks meanwhile gets the same.
        mutating func takeNumber(for function: FunctionID) -> (number: UInt64, isNew: Bool) {
            if let number = numbers[function] { return (number, false) }
            let number = nextNumber()
            numbers[function] = number
            return (number, true)
        }

        /// Nothing was found: callers can ask for any number of functions that do not exist.
        mutating func giveBack(_ number: UInt64, of function: FunctionID) {
            if routes[function] == nil, numbers[function] == number { numbers[function] = nil }
        }

        /// All routes that are kept of a function are of its one number.
        mutating func keep(_ route: InvocationRoute, to target: FunctionTarget, number: UInt64) {
            guard (numbers[target.function] ?? number) == number else { return }
            numbers[target.function] = number
            routes[target.function, default: [:]][target.qualifier] = route
        }
    }

    private let state = Mutex(State())

    /// Where invocations of a target go.
    ///
    /// - Parameter read: Asks the catalogue, where that is not known. Gets the number of a snapshot of `$LATEST`, which
    ///   was decided before: of two snapshots the one with the higher number is never the older.
    func route(
        to target: FunctionTarget, _ read: (_ number: UInt64) throws(ServiceError) -> InvocationRoute
    ) throws(ServiceError) -> InvocationRoute {
        if let known = state.withLock({ $0.routes[target.function]?[target.qualifier] }) { return known }
        let (number, isNew, before) = state.withLock { state in
            let (number, isNew) = state.takeNumber(for: target.function)
            return (number, isNew, state.changes)
        }
        do throws(ServiceError) {
            let route = try read(number)
            state.withLock { state in
                // A change since then may not be in what was read: the next invocation reads again.
                if state.changes == before { state.keep(route, to: target, number: number) }
            }
            return route
        } catch {
            if isNew { state.withLock { $0.giveBack(number, of: target.function) } }
            throw error
        }
    }

    /// The policy of a target; `nil` where it has none.
    ///
    /// - Parameter read: Asks the catalogue, where that is not known. That there is no policy is not kept: strangers
    ///   can ask for any number of functions that do not exist.
    func policy(
        of target: FunctionTarget, _ read: () throws(ServiceError) -> ResourcePolicy?
    ) throws(ServiceError) -> ResourcePolicy? {
        let (known, before) = state.withLock { ($0.policies[target.function]?[target.qualifier], $0.changes) }
        if let known { return known }
        guard let policy = try read() else { return nil }
        state.withLock { state in
            if state.changes == before { state.policies[target.function, default: [:]][target.qualifier] = policy }
        }
        return policy
    }

    /// Something has changed that is set for a function, or where its aliases point.
    func forget(_ function: FunctionID) { state.withLock { $0.forget(function) } }

    /// `$LATEST` of a function has changed, or is gone.
    ///
    /// - Returns: A number that is higher than those of all its snapshots, and lower than those of the ones to come.
    @discardableResult
    func outdate(_ function: FunctionID) -> UInt64 {
        state.withLock { state in
            state.forget(function)
            state.numbers[function] = nil
            return state.nextNumber()
        }
    }

    /// Who may ask for a function has changed, and not where its invocations go.
    func forgetPolicies(of function: FunctionID) {
        state.withLock { state in
            state.changes += 1
            state.policies[function] = nil
        }
    }
}
