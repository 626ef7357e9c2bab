internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of published versions.
struct Versions: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver
    private let updates: UpdatesInProgress

    init(store: LambdaStore, resolver: FunctionResolver, updates: UpdatesInProgress) {
        self.store = store
        self.resolver = resolver
        self.updates = updates
    }

    /// Publishes a version: a snapshot of `$LATEST` that never changes. Where nothing has changed since the last one,
    /// returns the last one.
    ///
    /// Source: *PublishVersion* in the Lambda API reference.
    func publishVersion(
        _ request: Lambda.PublishVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let function = try resolver.resolveUnqualified(request.functionName, context)
        try Self.checkPublication(to: request.publishTo)
        return try updates.run(on: function) { () throws(ServiceError) in
            try store.write { rows in
                let found = try FunctionLookup.find(FunctionTarget(function: function, qualifier: nil), rows)
                try found.document.check(revision: request.revisionId)
                try Self.check(codeSHA256: request.codeSha256, found.document)
                var (answer, isNew) = try Self.publish(
                    found.record, found.document, of: found.function, description: request.description, rows)
                // Only a version with a snapshot of its environment takes a moment on Lambda.
                if isNew, answer.snapStart?.applyOn == .publishedVersions { answer.markAsPending() }
                return answer
            }
        }
    }

    /// Lists the versions of a function: `$LATEST`, then by number.
    ///
    /// Source: *ListVersionsByFunction* in the Lambda API reference.
    func listVersionsByFunction(
        _ request: Lambda.ListVersionsByFunctionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListVersionsByFunctionResponse {
        let function = try resolver.resolve(request.functionName, nil, context).function
        // A policy of one version or alias does not allow its callers to list the others.
        try resolver.authorizer.authorize(FunctionTarget(function: function, qualifier: nil), context)
        let listing = "versions of \(function)"
        let paging = Paging(listing, maxItems: request.maxItems)
        let after = try paging.key(of: request.marker).flatMap { FunctionVersion($0) }
        let records = try store.read { rows in
            try rows.versions(of: try FunctionLookup.find(function, rows), after: after, limit: paging.limit)
        }
        let page = paging.page(records) { $0.version.description }
        let versions = try page.elements.map { record throws(ServiceError) in
            try FunctionDocument.listed(record, qualified: true)
        }
        return Lambda.ListVersionsByFunctionResponse(nextMarker: page.marker, versions: versions)
    }

    /// Publishes the current `$LATEST`, unless it is published already.
    ///
    /// - Returns: the version's configuration, and whether the version is new.
    static func publish(
        _ latest: FunctionRecord, _ document: FunctionDocument, of function: StoredFunction, description: String? = nil,
        _ rows: borrowing CatalogTransaction
    ) throws -> (configuration: Lambda.FunctionConfiguration, isNew: Bool) {
        if let published = function.published, let record = try rows.version(published, of: function) {
            return (try FunctionDocument(record).configuration, isNew: false)
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
        return (snapshot.configuration, isNew: true)
    }

    /// Refuses destinations of publications that Strata does not have.
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
