internal import FunctionExecution
internal import ServiceKit
internal import Catalog
internal import Domain
internal import Telemetry

extension LambdaService {
    /// A part of a function's log. The logs of a function that was deleted stay.
    ///
    /// Reads files: not for the threads of HTTP.
    func log(
        of functionName: String, from cursor: LogCursor, _ context: RequestContext
    ) throws(ServiceError) -> LogPage {
        let function = try ownFunction(functionName, context)
        if let page = try catching({ try self.logs.read(function, from: cursor) }) { return page }
        guard try reading({ try $0.function(function) }) != nil else {
            throw ServiceError(
                .resourceNotFound,
                "There is no function \(function.name), nor a log of one, in account \(function.account) and "
                    + "region \(function.region).")
        }
        return LogPage(events: [], cursor: cursor, hasMore: false)
    }
}
