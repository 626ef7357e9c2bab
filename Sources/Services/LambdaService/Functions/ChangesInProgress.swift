internal import ServiceKit
internal import Domain
internal import Synchronization

/// The functions that are being changed at this moment.
///
/// Taking in a new package lasts. Meanwhile the function is as it was, says `LastUpdateStatus: InProgress`, and refuses
/// a second change, as on Lambda.
///
/// Source: "Lambda function states", Lambda developer guide.
final class ChangesInProgress: Sendable {
    private let functions = Mutex<Set<FunctionID>>([])

    /// Whether a function is being changed.
    func contains(_ function: FunctionID) -> Bool { functions.withLock { $0.contains(function) } }

    /// Changes a function, if nobody else does.
    ///
    /// - Throws: `.resourceConflict` when somebody does.
    func change<Value>(
        _ function: FunctionID, _ body: () throws(ServiceError) -> Value
    ) throws(ServiceError) -> Value {
        guard functions.withLock({ $0.insert(function).inserted }) else {
            throw ServiceError(
                .resourceConflict,
                "The operation cannot be performed at this time. An update is in progress for resource: \(function)")
        }
        defer { functions.withLock { _ = $0.remove(function) } }
        return try body()
    }
}
