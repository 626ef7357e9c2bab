internal import FunctionExecution
internal import ServiceKit
internal import LambdaModel
internal import Catalog
internal import Domain
internal import LayerStore

extension Functions {
    /// Replaces a function's code. Environments with the old code end after their current invocation.
    ///
    /// Source: *UpdateFunctionCode* in the Lambda API reference.
    func updateFunctionCode(
        _ request: Lambda.UpdateFunctionCodeRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let target = FunctionTarget(
            function: try directory.resolveUnqualified(request.functionName, context), qualifier: nil)
        try Versions.checkPublication(to: request.publishTo)
        let context = context.inAccount(of: target.function)
        return try changes.change(target.function) { () throws(ServiceError) in
            let found = try store.read { rows in
                let found = try FunctionRows.find(target, rows)
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
            // Until the row is there, the package alone keeps its bytes.
            return try withExtendedLifetime(package) { () throws(ServiceError) in
                try replace(
                    found, by: document, code: package.reference, layers: found.record.layers,
                    publishing: request.publish ?? false
                ) { found, rows in
                    let function = found.function
                    // It may have got a code signing configuration since it was looked at.
                    try FunctionCodeSigningConfigs.checkSignature(of: function, rows)
                    try SourceKMSKey.put(request.sourceKMSKeyArn, .latest, of: function, rows)
                }
            }
        }
    }

    /// Changes a function's settings; what the request leaves out stays as it is.
    ///
    /// Source: *UpdateFunctionConfiguration* in the Lambda API reference.
    func updateFunctionConfiguration(
        _ request: Lambda.UpdateFunctionConfigurationRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let target = FunctionTarget(
            function: try directory.resolveUnqualified(request.functionName, context), qualifier: nil)
        return try changes.change(target.function) { () throws(ServiceError) in
            let found = try store.read { rows in
                let found = try FunctionRows.find(target, rows)
                try rules(request)(found, rows)
                return found
            }
            try found.document.check(revision: request.revisionId)
            try FunctionRules.check(updating: request)
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
            // Until the row is there, the layers that are new to the function keep their bytes by themselves.
            return try withExtendedLifetime(layers) { () throws(ServiceError) in
                try replace(found, by: document, code: found.record.code, layers: references, rules(request))
            }
        }
    }

    /// The rules between a change of settings and what else is set for the function. They are looked at before layers
    /// are read, and once more where the row is written, for both may have changed.
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

    /// Stores a changed function, retires its environments, and answers what its author is told.
    ///
    /// Only one change of a function is in progress at a time; it may have been deleted, and even made anew, meanwhile.
    ///
    /// - Parameter more: What else changes with it, and the rules that must hold for the function as it is found then.
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
            let current = try FunctionRows.find(FunctionTarget(function: id, qualifier: nil), rows)
            // A permission that was added meanwhile changed the revision alone.
            guard current.document.isSame(as: found.document) else {
                throw ServiceError(
                    .resourceConflict,
                    "The operation cannot be performed at this time. An update is in progress for resource: \(id)")
            }
            try more(current, rows)
            try rows.put(record, of: current.function)
            let isUnchanged = document.isSame(as: found.document) && layers == found.record.layers
            if !isUnchanged { try rows.setPublished(nil, of: current.function) }
            guard publishing else { return document.configuration }
            return try Versions.publish(record, document, of: try FunctionRows.find(id, rows), rows)
        }
        guard !publishing else { return answer }
        var changing = answer
        changing.markAsChanging()
        changing.markAsUnsettled()
        return changing
    }
}

extension ServiceError {
    /// A `RevisionId` that is not the current one.
    ///
    /// - Parameter operation: What tells the current one.
    static func staleRevision(_ operation: String) -> ServiceError {
        ServiceError(
            .preconditionFailed,
            "The Revision Id provided does not match the latest Revision Id. Call the \(operation) API to retrieve the "
                + "latest Revision Id")
    }
}
