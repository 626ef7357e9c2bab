internal import AWSProtocol
internal import Domain
package import HTTP

// The only ways from a use case's error to a response: both log it, so that every service gets that for free.
extension RequestContext {
    /// The error as the API answers it, after it has been logged with its cause.
    func answer(to error: ServiceError) -> AWSError {
        logFailure(error, requestID: requestID)
        return error.aws
    }

    /// The response of a data-plane route or page to an error, in the JSON format, after the error has been logged with
    /// its cause.
    package func response(to error: ServiceError, requestID: String) -> HTTPResponse {
        logFailure(error, requestID: requestID)
        return error.aws.response.http(requestID: requestID)
    }

    /// The server's failures are errors; those of another server that a caller has named are information; the caller's
    /// own are details.
    private func logFailure(_ error: ServiceError, requestID: String) {
        let level: LogLevel = error.shape.status >= 500 ? .error : error.cause != nil ? .info : .debug
        guard log.records(level) else { return }
        let service = action.prefix { $0 != ":" }
        let log = service.isEmpty ? log : log.named(String(service))
        log.log(
            level, level == .error ? "A request failed" : "A request was refused",
            [
                "request_id": .text(requestID), "operation": action.isEmpty ? nil : .text(action),
                "account": .text(account.description), "region": .text(region.description),
                "status": .integer(error.shape.status), "error": .text(error.shape.name),
                "error_message": .text(error.message),
            ],
            cause: error.cause)
    }
}
