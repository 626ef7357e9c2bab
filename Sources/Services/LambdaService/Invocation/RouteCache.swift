internal import Domain
internal import ServiceKit
internal import Synchronization

/// Routes of invocations, in memory: the catalogue is read once for each target, and again after each change. Targets
/// that do not exist are cached too (negative cache), so that bogus names do not reach the disk.
///
/// The change feed calls ``forget(_:)`` and ``outdate(_:)`` after a commit and before its call is answered, so a caller
/// that has its answer gets the new route. A route that was read before a change is never kept after it.
///
/// Snapshots of `$LATEST` are numbered; environments of older code and settings are recognized by their lower number.
/// All routes to a function's `$LATEST` have the same number until ``outdate(_:)``: a change of anything else costs no
/// environment. A published version never changes and has one number, until versions are counted from 1 again
/// (``restartVersions()``).
final class RouteCache: Sendable {
    /// The number of `$LATEST` as it is now.
    private struct Snapshot {
        let number: UInt64
        /// Reads in progress.
        var readers = 0
        /// Whether a route with this number was returned, so environments may have it.
        var isUsed = false
    }

    private struct State {
        var routes: [FunctionID: [Qualifier?: InvocationRoute]] = [:]
        var absent = NegativeCache<ServiceError>()
        var snapshots: [FunctionID: Snapshot] = [:]
        var lastNumber: UInt64 = 0
        var publishedNumber: UInt64 = 1
        /// Counts changes of all functions, so that a read sees whether one came in between.
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

        /// Begins a read. Concurrent readers of a function get the same number.
        mutating func beginReading(_ function: FunctionID) -> UInt64 {
            var snapshot = snapshots[function] ?? Snapshot(number: nextNumber())
            snapshot.readers += 1
            snapshots[function] = snapshot
            return snapshot.number
        }

        /// Ends a read. The number of a function that does not exist is dropped: callers can name any number of them.
        mutating func endReading(_ function: FunctionID, number: UInt64, isFound: Bool) {
            guard var snapshot = snapshots[function], snapshot.number == number else { return }
            snapshot.readers -= 1
            snapshot.isUsed = snapshot.isUsed || isFound
            snapshots[function] = snapshot.readers > 0 || snapshot.isUsed ? snapshot : nil
        }
    }

    private let state = Mutex(State())

    /// The route to a target, or the error that its invocations get; `nil` where the catalogue has to be read. Does not
    /// wait.
    func known(_ target: FunctionTarget) -> Result<InvocationRoute, ServiceError>? {
        state.withLock { state in
            if let route = state.routes[target.function]?[target.qualifier] { return .success(route) }
            return state.absent.answer(for: target).map { .failure($0) }
        }
    }

    /// Reads the route to a target, and keeps it unless something changed during the read.
    ///
    /// - Parameter read: reads the catalogue. Gets the numbers of snapshots, which are assigned before the read: of two
    ///   snapshots the one with the higher number is never the older.
    func route(
        to target: FunctionTarget, _ read: (_ numbers: SnapshotNumbers) throws(ServiceError) -> InvocationRoute
    ) throws(ServiceError) -> InvocationRoute {
        let (number, published, before) = state.withLock {
            ($0.beginReading(target.function), $0.publishedNumber, $0.changes)
        }
        do throws(ServiceError) {
            let route = try read(SnapshotNumbers(latest: number, published: published))
            state.withLock { state in
                state.endReading(target.function, number: number, isFound: true)
                // Otherwise the route may be older than the change: the next invocation reads again.
                guard state.changes == before else { return }
                state.routes[target.function, default: [:]][target.qualifier] = route
            }
            return route
        } catch {
            state.withLock { state in
                state.endReading(target.function, number: number, isFound: false)
                guard error.shape == .resourceNotFound, state.changes == before else { return }
                state.absent.insert(error, for: target)
            }
            throw error
        }
    }

    /// The number of published versions. Read it before the version.
    var publishedNumber: UInt64 { state.withLock(\.publishedNumber) }

    /// All functions are gone, and the versions of new ones begin at 1 again: those have other environments.
    func restartVersions() { state.withLock { $0.publishedNumber += 1 } }

    /// Drops a function's routes: an alias, a published version or a setting has changed.
    func forget(_ function: FunctionID) { state.withLock { $0.forget(function) } }

    /// Drops a function's routes and the number of its snapshot: `$LATEST` has changed or is deleted.
    ///
    /// - Returns: a number above those of all snapshots so far, and below those of all later ones.
    @discardableResult
    func outdate(_ function: FunctionID) -> UInt64 {
        state.withLock { state in
            state.forget(function)
            state.snapshots[function] = nil
            return state.nextNumber()
        }
    }
}

/// The numbers by which environments of older snapshots are recognized.
struct SnapshotNumbers {
    /// Of `$LATEST`.
    let latest: UInt64
    /// Of every published version.
    let published: UInt64

    subscript(version: FunctionVersion) -> UInt64 { version == .latest ? latest : published }
}
