internal import Domain
internal import ServiceKit
internal import Synchronization

/// The functions with an update in progress.
///
/// Storing a new package takes time. Meanwhile the function keeps its old code and settings, shows
/// `LastUpdateStatus: InProgress`, and refuses a second update, as on Lambda.
///
/// Source: "Lambda function states", Lambda developer guide.
final class UpdatesInProgress: Sendable {
    private let functions = Mutex<Set<FunctionID>>([])

    /// Whether a function has an update in progress.
    func contains(_ function: FunctionID) -> Bool { functions.withLock { $0.contains(function) } }

    /// Updates a function, unless another update of it is in progress.
    ///
    /// - Throws: `.resourceConflict` when one is.
    func run<Value>(
        on function: FunctionID, _ body: () throws(ServiceError) -> Value
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
