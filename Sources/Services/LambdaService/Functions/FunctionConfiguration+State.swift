internal import LambdaModel

extension Lambda.FunctionConfiguration {
    /// What an answer says while a change has not taken effect everywhere.
    ///
    /// Lambda's words are the same as for a new function, with a code that its own model does not have.
    mutating func markAsChanging() {
        lastUpdateStatus = .inProgress
        lastUpdateStatusReason = "The function is being created."
        lastUpdateStatusReasonCode = Lambda.LastUpdateStatusReasonCode(rawValue: "Creating")
    }

    /// What the answer to a creation says: everything is durable by then, and the next look finds it `Active`.
    mutating func markAsPending() {
        state = .pending
        stateReason = "The function is being created."
        stateReasonCode = .creating
        lastUpdateStatus = nil
    }

    /// The revision of a function changes once more when it is `Active`, or its update `Successful`: the one that the
    /// answer told is out of date by the next look, as on Lambda.
    mutating func markAsUnsettled() { revisionId = FunctionDocument.newRevision() }

    /// *ListFunctions* "returns a subset of the FunctionConfiguration fields" (Lambda API reference).
    mutating func leaveOutState() {
        state = nil
        stateReason = nil
        stateReasonCode = nil
        lastUpdateStatus = nil
        lastUpdateStatusReason = nil
        lastUpdateStatusReasonCode = nil
        runtimeVersionConfig = nil
    }
}
