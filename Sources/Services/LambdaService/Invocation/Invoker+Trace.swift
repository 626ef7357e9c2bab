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
            throw ServiceError(
                .recursiveInvocation,
                "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services "
                    + "resources and stopped your function's invocation.")
        }
        return lineage.header(replacing: header)
    }
}
