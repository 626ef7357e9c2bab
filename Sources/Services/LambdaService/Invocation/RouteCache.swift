internal import Domain
internal import ServiceKit
internal import Synchronization

/// Where invocations go, as it was last read: the catalogue is read once for each target, and after its changes. That a
/// target does not exist is remembered as well (negative cache), so that bogus names do not reach the disk.
///
/// The change feed calls ``forget(_:)`` and ``outdate(_:)`` after a commit and before its call is answered, so a caller
/// with an answer meets the new state. What was read before a change is never kept after it.
///
/// Snapshots of `$LATEST` have numbers, by which environments of older code and settings are recognized. All routes to
/// a function's `$LATEST` have the same number until ``outdate(_:)``: a change of anything else costs no environment.
final class RouteCache: Sendable {
    private struct State {
        var routes: [FunctionID: [Qualifier?: InvocationRoute]] = [:]
        var absent = NegativeCache<ServiceError>()
        /// The numbers of the snapshots that routes are made of.
        var numbers: [FunctionID: UInt64] = [:]
        var lastNumber: UInt64 = 0
        var changes: UInt64 = 0

        mutating func forget(_ function: FunctionID) {
            changes += 1
            routes[function] = nil
            absent.forget(function)
        }

        mutating func nextNumber() -> UInt64 {
            lastNumber += 1
            return lastNumber
        }

        /// The number of the snapshot that is about to be taken, noted so that a concurrent reader takes the same.
        mutating func takeNumber(for function: FunctionID) -> (number: UInt64, isNew: Bool) {
            if let number = numbers[function] { return (number, false) }
            let number = nextNumber()
            numbers[function] = number
            return (number, true)
        }

        /// Nothing was found: callers can name any number of functions that do not exist.
        mutating func giveBack(_ number: UInt64, of function: FunctionID) {
            if routes[function] == nil, numbers[function] == number { numbers[function] = nil }
        }

        /// All routes that are kept of a function have its one number.
        mutating func keep(_ route: InvocationRoute, to target: FunctionTarget, number: UInt64) {
            guard (numbers[target.function] ?? number) == number else { return }
            numbers[target.function] = number
            routes[target.function, default: [:]][target.qualifier] = route
        }
    }

    private let state = Mutex(State())

    /// Where invocations of a target go, or why they go nowhere; `nil` where the catalogue has to be read. Does not
    /// wait.
    func known(_ target: FunctionTarget) -> Result<InvocationRoute, ServiceError>? {
        state.withLock { state in
            if let route = state.routes[target.function]?[target.qualifier] { return .success(route) }
            return state.absent[target].map { .failure($0) }
        }
    }

    /// Reads where invocations of a target go.
    ///
    /// - Parameter read: Reads the catalogue. Gets the number of a snapshot of `$LATEST`, which is decided before: of
    ///   two
    ///   snapshots the one with the higher number is never the older.
    func route(
        to target: FunctionTarget, _ read: (_ number: UInt64) throws(ServiceError) -> InvocationRoute
    ) throws(ServiceError) -> InvocationRoute {
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
            state.withLock { state in
                if isNew { state.giveBack(number, of: target.function) }
                if error.shape == .resourceNotFound, state.changes == before { state.absent[target] = error }
            }
            throw error
        }
    }

    /// Something that is configured for a function has changed, or where its aliases point.
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
}
