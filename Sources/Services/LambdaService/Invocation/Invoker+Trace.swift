internal import Domain
internal import FunctionExecution
internal import ServiceKit
internal import Telemetry

extension Invoker {
    /// The X-Ray header for a function, with its lineage; `nil` where the caller sent none.
    ///
    /// - Throws: `.recursiveInvocation` when a chain of invocations has run the function too often.
    func trace(_ header: String?, to revision: FunctionRevision) throws(ServiceError) -> String? {
        guard let header else { return nil }
        var lineage = Lineage(header: header)
        lineage.add(revision.lineageHash)
        guard revision.allowsRecursion || !lineage.isLoop(of: revision.lineageHash) else {
            revision.meter.count(\.recursiveInvocationsDropped)
            noteStoppedLoop(of: revision.function)
            throw ServiceError(
                .recursiveInvocation,
                "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services "
                    + "resources and stopped your function's invocation.")
        }
        return lineage.header(replacing: header)
    }

    /// Lambda notifies the account's owner by e-mail; here the server's log does.
    func noteStoppedLoop(of function: FunctionID) {
        log.warning(
            "A recursive loop was stopped; PutFunctionRecursionConfig with RecursiveLoop=Allow lets it run",
            ["function": .text(function.name.description), "account": .text(function.account.description)])
    }
}
