internal import Domain
internal import LambdaModel
internal import LinuxSystem
internal import ServiceKit
internal import Synchronization

/// The functions with an update in progress.
///
/// Storing a new package takes time. Meanwhile the function keeps its old code and settings, shows
/// `LastUpdateStatus: InProgress`, and refuses a second update, as on Lambda. Lambda reports an update as in progress
/// for some moments more; so does this, for a fixed delay, so that a client that forgets to wait fails here too. Only
/// the reported state lags: invocations run the new code from the update's response on.
///
/// Source: "Lambda function states", Lambda developer guide.
final class UpdatesInProgress: Sendable {
    /// An update that is durable, and still reported as in progress.
    private struct Settling {
        let endNanoseconds: UInt64
        let revision: String
    }

    private struct State {
        var running: Set<FunctionID> = []
        var settling: [FunctionID: Settling] = [:]
    }

    private let state = Mutex(State())
    private let delayNanoseconds: UInt64
    private let nowNanoseconds: @Sendable () -> UInt64

    /// - Parameters:
    ///   - delaySeconds: how long an update is reported as in progress after it is durable.
    ///   - nowNanoseconds: a clock that never goes back.
    init(
        delaySeconds: Double, nowNanoseconds: @escaping @Sendable () -> UInt64 = MonotonicClock.nowNanoseconds
    ) {
        delayNanoseconds = UInt64(delaySeconds * 1_000_000_000)
        self.nowNanoseconds = nowNanoseconds
    }

    /// Shows an update in progress in a function's configuration, with the revision of the update's response where that
    /// was sent.
    func mark(_ configuration: inout Lambda.FunctionConfiguration, of function: FunctionID) {
        let now = nowNanoseconds()
        state.withLock { state in
            let settling = state.settling[function].flatMap { $0.endNanoseconds > now ? $0 : nil }
            guard settling != nil || state.running.contains(function) else { return }
            configuration.markAsUpdating()
            if let settling { configuration.revisionId = settling.revision }
        }
    }

    /// Changes a function, unless an update of it is in progress.
    ///
    /// - Throws: `.resourceConflict` when one is.
    func run<Value>(
        on function: FunctionID, _ body: () throws(ServiceError) -> Value
    ) throws(ServiceError) -> Value {
        let now = nowNanoseconds()
        let isFree = state.withLock { state in
            if let settling = state.settling[function], settling.endNanoseconds > now { return false }
            return state.running.insert(function).inserted
        }
        guard isFree else {
            throw ServiceError(
                .resourceConflict,
                "The operation cannot be performed at this time. An update is in progress for resource: \(function)")
        }
        defer { state.withLock { _ = $0.running.remove(function) } }
        return try body()
    }

    /// Reports an update as in progress for the delay.
    ///
    /// - Parameter revision: the revision in the update's response.
    func didUpdate(_ function: FunctionID, revision: String) {
        guard delayNanoseconds > 0 else { return }
        let now = nowNanoseconds()
        state.withLock { state in
            state.settling = state.settling.filter { $0.value.endNanoseconds > now }
            state.settling[function] = Settling(endNanoseconds: now + delayNanoseconds, revision: revision)
        }
    }

    /// Ends the delay of a deleted function: another one of that name has no update in progress.
    func forget(_ function: FunctionID) { state.withLock { $0.settling[function] = nil } }
}
