internal import Catalog
internal import Domain
internal import ServiceKit
internal import Telemetry

/// The logs of functions, for operators. Reads files: not for serving threads.
struct FunctionLogs: Sendable {
    private let store: LambdaStore
    private let logs: LogStore

    init(store: LambdaStore, logs: LogStore) {
        self.store = store
        self.logs = logs
    }

    /// A page of a function's log. The logs of a deleted function stay.
    func log(
        of functionName: String, from cursor: LogCursor, _ context: RequestContext
    ) throws(ServiceError) -> LogPage {
        let function = try FunctionReference.ownFunction(functionName, context)
        if let page = try store.converting({ try self.logs.read(function, from: cursor) }) { return page }
        guard try store.read({ try $0.function(function) }) != nil else {
            throw ServiceError(
                .resourceNotFound,
                "There is no function \(function.name), nor a log of one, in account \(function.account) and "
                    + "region \(function.region).")
        }
        return LogPage(events: [], cursor: cursor, hasMore: false)
    }
}
