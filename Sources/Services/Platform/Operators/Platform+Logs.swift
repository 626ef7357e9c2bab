internal import Catalog
internal import Domain
package import Telemetry

extension Platform {
    /// A part of a function's log. The logs of a function that was deleted stay.
    ///
    /// Reads files: not for the threads of HTTP.
    package func log(
        of functionName: String, from cursor: LogCursor, _ context: RequestContext
    ) throws(PlatformError) -> LogPage {
        let function = try ownFunction(functionName, context)
        if let page = try catching({ try self.pool.logs.read(function, from: cursor) }) { return page }
        guard try reading({ try $0.function(function) }) != nil else {
            throw PlatformError(
                .resourceNotFound,
                "There is no function \(function.name), nor a log of one, in account \(function.account) and "
                    + "region \(function.region).")
        }
        return LogPage(events: [], cursor: cursor, hasMore: false)
    }
}
