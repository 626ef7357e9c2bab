internal import LambdaModel

extension Lambda.FunctionConfiguration {
    /// Sets the state of a function with an update in progress.
    ///
    /// Lambda's reason is the same as for a new function, with a code that its own model does not have.
    mutating func markAsUpdating() {
        lastUpdateStatus = .inProgress
        lastUpdateStatusReason = "The function is being created."
        lastUpdateStatusReasonCode = Lambda.LastUpdateStatusReasonCode(rawValue: "Creating")
    }

    /// Sets the state of a new function in the response of its creation. It is durable by then, and `Active` in the
    /// next response.
    mutating func markAsPending() {
        state = .pending
        stateReason = "The function is being created."
        stateReasonCode = .creating
        lastUpdateStatus = nil
    }

    /// Gives a response a revision of its own. A function's revision changes once more when it becomes `Active`, or its
    /// update `Successful`, so the revision in the response of the change is stale by the next request, as on Lambda.
    mutating func renewRevision() { revisionId = FunctionDocument.newRevision() }

    /// *ListFunctions* "returns a subset of the FunctionConfiguration fields" (Lambda API reference).
    mutating func omitState() {
        state = nil
        stateReason = nil
        stateReasonCode = nil
        lastUpdateStatus = nil
        lastUpdateStatusReason = nil
        lastUpdateStatusReasonCode = nil
        runtimeVersionConfig = nil
    }
}
