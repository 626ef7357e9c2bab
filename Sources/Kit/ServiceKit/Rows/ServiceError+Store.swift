package import AWSProtocol
internal import Catalog
internal import Store

extension ErrorShape {
    /// The server cannot do it now; the same call may succeed in a moment. AWS's name for it ("Common Errors").
    package static let serviceUnavailable = ErrorShape(
        "ServiceUnavailable", status: 503, messageKey: "message", fault: .server)
    /// The client calls faster than its calls are worked off. AWS's name for it ("Common Errors").
    package static let throttling = ErrorShape(
        "ThrottlingException", status: 400, messageKey: "message", fault: .user)
}

extension ServiceError {
    /// Runs work on a store. Errors of the service stay as they are; every other one is a failure of the store.
    ///
    /// - Parameter shape: The service's own error of a server that has failed.
    package static func onStore<Value: ~Copyable>(
        otherwise shape: ErrorShape, _ body: () throws -> Value
    ) throws(ServiceError) -> Value {
        do { return try body() } catch let error as ServiceError { throw error } catch {
            throw ServiceError(ofStore: error, otherwise: shape)
        }
    }

    /// The failure of a store. Where its database is away or busy, the same call may succeed later: that is 503; where
    /// too much waits to be worked off, it is throttled.
    ///
    /// - Parameter shape: The service's own error of a server that has failed, for everything else.
    package init(ofStore error: any Error, otherwise shape: ErrorShape) {
        let failure = (error as? StoreError) ?? (error as? CatalogError)?.cause
        if failure?.kind == .limitExceeded {
            self.init(
                .throttling, "Rate exceeded: too many events wait for their targets. Call again later.",
                retryAfterSeconds: 1, cause: error)
            return
        }
        guard let failure, failure.isTemporary else {
            self.init(shape, "The server could not read or write its data: \(error)", cause: error)
            return
        }
        let effect =
            failure.isOutcomeUnknown
            ? "The change may have been made: look before you call again."
            : "Nothing has changed: call again in a moment."
        self.init(
            .serviceUnavailable, "The server cannot use its database now (\(failure.code)). \(effect)",
            retryAfterSeconds: 1, cause: error)
    }
}
