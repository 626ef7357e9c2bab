internal import Catalog
internal import Domain
internal import FunctionExecution
internal import ServiceKit
internal import Telemetry

/// The logs of functions, for operators. Reads files: not for serving threads.
struct FunctionLogs: Sendable {
    private let store: LambdaStore
    private let logs: LogStore
    private let pool: EnvironmentPool

    init(store: LambdaStore, logs: LogStore, pool: EnvironmentPool) {
        self.store = store
        self.logs = logs
        self.pool = pool
    }

    /// A page of a function's log, `nil` while there is no log because the function was never invoked. The logs of a
    /// deleted function stay. What environments have not written yet of invocations that were answered is written
    /// before.
    func log(
        of functionName: String, from cursor: LogCursor, _ context: RequestContext
    ) throws(ServiceError) -> LogPage? {
        let function = try FunctionReference.ownFunction(functionName, context)
        pool.writeLog(of: function)
        if let page = try store.converting({ try self.logs.read(function, from: cursor) }) { return page }
        guard try store.read({ try $0.function(function) }) != nil else {
            throw ServiceError(
                .resourceNotFound,
                "There is no function \(function.name), nor a log of one, in account \(function.account) and "
                    + "region \(function.region), which your credentials and AWS_DEFAULT_REGION name. "
                    + "'aws lambda list-functions' shows the functions there are.")
        }
        return nil
    }
}
