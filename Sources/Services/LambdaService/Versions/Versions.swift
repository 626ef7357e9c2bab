internal import ServiceKit
internal import LambdaModel
internal import AWSProtocol
internal import Catalog
internal import Domain

/// The use cases of published versions.
struct Versions: Sendable {
    let store: LambdaStore
    let directory: FunctionDirectory
    let changes: ChangesInProgress

    /// Publishes a version: a snapshot of `$LATEST` that never changes. With nothing changed since the last one, that
    /// one is answered again.
    ///
    /// Source: *PublishVersion* in the Lambda API reference.
    func publishVersion(
        _ request: Lambda.PublishVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let function = try directory.resolveUnqualified(request.functionName, context)
        try Self.checkPublication(to: request.publishTo)
        return try changes.change(function) { () throws(ServiceError) in
            try store.write { rows in
                let found = try FunctionRows.find(FunctionTarget(function: function, qualifier: nil), rows)
                try found.document.check(revision: request.revisionId)
                try Self.check(codeSHA256: request.codeSha256, found.document)
                return try Self.publish(
                    found.record, found.document, of: found.function, description: request.description, rows)
            }
        }
    }

    /// Lists the versions of a function: `$LATEST`, then by number.
    ///
    /// Source: *ListVersionsByFunction* in the Lambda API reference.
    func listVersionsByFunction(
        _ request: Lambda.ListVersionsByFunctionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListVersionsByFunctionResponse {
        let function = try directory.resolve(request.functionName, nil, context).function
        // Who may do this with one version or alias may not see the others.
        try directory.authorizer.authorize(FunctionTarget(function: function, qualifier: nil), context)
        let size = Page.size(requested: request.maxItems)
        let listing = "versions of \(function)"
        let after = try Listing.marker(request.marker, listing: listing).flatMap { FunctionVersion($0) }
        let records = try store.read { rows in
            try rows.versions(of: try FunctionRows.find(function, rows), after: after, limit: size + 1)
        }
        let versions = try records.prefix(size).map { record throws(ServiceError) in
            try FunctionDocument.listed(record, qualified: true)
        }
        let next = Listing.nextMarker(records, pageSize: size, listing: listing) { $0.version.description }
        return Lambda.ListVersionsByFunctionResponse(nextMarker: next, versions: versions)
    }

    /// Publishes what `$LATEST` is now, unless it is published already.
    ///
    /// - Returns: The version's configuration, as the answer that made it tells it.
    static func publish(
        _ latest: FunctionRecord, _ document: FunctionDocument, of function: StoredFunction, description: String? = nil,
        _ rows: borrowing CatalogTransaction
    ) throws -> Lambda.FunctionConfiguration {
        if let published = function.published, let record = try rows.version(published, of: function) {
            return try FunctionDocument(record).configuration
        }
        let version = try rows.nextVersion(of: function)
        var snapshot = document
        snapshot.publish(as: version, of: function.id, description: description)
        try rows.put(
            FunctionRecord(
                id: function.id, version: version, code: latest.code, layers: latest.layers, document: snapshot.bytes),
            of: function)
        let key = try SourceKMSKey.arn(.latest, of: function, rows)
        try SourceKMSKey.put(key, version, of: function, rows)
        // The revision of $LATEST changes with a publication, as on Lambda.
        var unchanged = document
        unchanged.configuration.revisionId = FunctionDocument.newRevision()
        try rows.setDocument(unchanged.bytes, ofVersion: .latest, of: function)
        try rows.setPublished(version, of: function)
        var answer = snapshot.configuration
        answer.markAsPending()
        return answer
    }

    /// Refuses to publish to what does not exist here.
    static func checkPublication(to destination: Lambda.FunctionVersionLatestPublished?) throws(ServiceError) {
        guard destination == nil else {
            throw ServiceError(
                .notImplemented, "Strata has no capacity providers yet, which PublishTo is for. Leave it out.")
        }
    }

    private static func check(codeSHA256: String?, _ document: FunctionDocument) throws(ServiceError) {
        let current = document.configuration.codeSha256 ?? ""
        guard let codeSHA256, codeSHA256 != current else { return }
        throw .invalidParameter(
            "CodeSHA256 (\(codeSHA256)) is different from current CodeSHA256 in $LATEST (\(current)). Please try again "
                + "with the CodeSHA256 in $LATEST.")
    }
}
