internal import Catalog
internal import Domain
internal import LambdaModel
internal import LayerStore
internal import ServiceKit

extension Functions {
    /// Replaces a function's code. Environments with the old code end after their current invocation.
    ///
    /// Source: *UpdateFunctionCode* in the Lambda API reference.
    func updateFunctionCode(
        _ request: Lambda.UpdateFunctionCodeRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let target = FunctionTarget(
            function: try resolver.resolveUnqualified(request.functionName, context), qualifier: nil)
        try Versions.checkPublication(to: request.publishTo)
        let context = context.inAccount(of: target.function)
        return try updates.run(on: target.function) { () throws(ServiceError) in
            let found = try store.read { rows in
                let found = try FunctionLookup.find(target, rows)
                try FunctionCodeSigningConfigs.checkSignature(of: found.function, rows)
                return found
            }
            try found.document.check(revision: request.revisionId)
            try FunctionRules.check(updating: request)
            let package = try packages.package(from: try PackageLocation(request), context)
            try packages.checkUnzippedSize(code: package.reference, layers: found.record.layers)
            var document = found.document
            document.setPackage(package)
            if let architectures = request.architectures { document.configuration.architectures = architectures }
            guard request.dryRun != true else { return document.configuration }
            try packages.checkCodeStorage(adding: package.zipBytes - found.record.code.zipBytes, context)
            // Until the row exists, only the package keeps its bytes from the collector.
            return try withExtendedLifetime(package) { () throws(ServiceError) in
                try replace(
                    found, by: document, code: package.reference, layers: found.record.layers,
                    publishing: request.publish ?? false
                ) { found, rows in
                    let function = found.function
                    // A code signing configuration may have been attached since the first check.
                    try FunctionCodeSigningConfigs.checkSignature(of: function, rows)
                    try SourceKMSKey.put(request.sourceKMSKeyArn, .latest, of: function, rows)
                }
            }
        }
    }

    /// Changes a function's settings; those that the request leaves out stay as they are.
    ///
    /// Source: *UpdateFunctionConfiguration* in the Lambda API reference.
    func updateFunctionConfiguration(
        _ request: Lambda.UpdateFunctionConfigurationRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let target = FunctionTarget(
            function: try resolver.resolveUnqualified(request.functionName, context), qualifier: nil)
        return try updates.run(on: target.function) { () throws(ServiceError) in
            let found = try store.read { rows in
                let found = try FunctionLookup.find(target, rows)
                try rules(request)(found, rows)
                return found
            }
            try found.document.check(revision: request.revisionId)
            try FunctionRules.check(updating: request, named: namedRuntimes)
            try roles.check(request.role, of: target.function)
            var document = found.document
            try document.apply(request, to: target.function)
            guard let arns = request.layers else {
                return try replace(
                    found, by: document, code: found.record.code, layers: found.record.layers, rules(request))
            }
            let layers = try self.layers.resolve(arns, context)
            let references = layers.map(\.package.reference)
            try packages.checkUnzippedSize(code: found.record.code, layers: references)
            document.configuration.layers = layers.isEmpty ? nil : layers.map(\.configuration)
            // Until the row exists, only these values keep the bytes of new layers from the collector.
            return try withExtendedLifetime(layers) { () throws(ServiceError) in
                let answer = try replace(
                    found, by: document, code: found.record.code, layers: references, rules(request))
                review(layers, of: document, target.function)
                return answer
            }
        }
    }

    /// The rules between an update and the function's other settings. They are checked before layers are read, and once
    /// more in the transaction of the update, because the settings may have changed in between.
    private func rules(
        _ request: Lambda.UpdateFunctionConfigurationRequest
    ) -> (FoundVersion, borrowing CatalogTransaction) throws -> Void {
        { found, rows in
            try RuntimeManagementConfigs.checkRuntimeIsFree(found, request.runtime, rows)
            if request.layers?.isEmpty == false {
                try FunctionCodeSigningConfigs.checkSignature(of: found.function, rows)
            }
        }
    }

    /// Stores an updated function. The change feed retires its environments.
    ///
    /// Only one update of a function is in progress at a time; still, the function may have been deleted, and created
    /// again, since it was read.
    ///
    /// - Parameter more: changes other rows in the same transaction, and checks the rules for the function as it is
    ///   then.
    /// - Returns: the response.
    private func replace(
        _ found: FoundVersion, by changed: FunctionDocument, code: PackageReference, layers: [PackageReference],
        publishing: Bool = false,
        _ more: (FoundVersion, borrowing CatalogTransaction) throws -> Void
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let id = found.record.id
        var document = changed
        document.touch()
        let record = FunctionRecord(id: id, version: .latest, code: code, layers: layers, document: document.bytes)
        let answer = try store.write { [document] rows -> Lambda.FunctionConfiguration in
            let current = try FunctionLookup.find(FunctionTarget(function: id, qualifier: nil), rows)
            // A tag that was added in the meantime changes only the revision.
            guard current.document.isSame(as: found.document) else {
                throw ServiceError(
                    .resourceConflict,
                    "The operation cannot be performed at this time. An update is in progress for resource: \(id)")
            }
            try more(current, rows)
            try rows.put(record, of: current.function)
            let isUnchanged = document.isSame(as: found.document) && layers == found.record.layers
            if !isUnchanged { try rows.setPublished(nil, of: current.function) }
            var answer = document.configuration
            guard publishing else {
                answer.markAsUpdating()
                answer.renewRevision()
                return answer
            }
            let version = try Versions.publish(record, document, of: try FunctionLookup.find(id, rows), rows)
            answer = version.configuration
            // A new version has a revision of its own once it is active.
            if version.isNew {
                answer.markAsPending()
                answer.renewRevision()
            }
            return answer
        }
        updates.didUpdate(id, revision: answer.revisionId ?? "")
        return answer
    }
}
