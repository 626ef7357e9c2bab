internal import Catalog
internal import Domain
internal import LambdaModel
internal import LayerStore
internal import ServiceKit

extension Functions {
    /// Creates a function from a zip. The response says `Pending`, as Lambda's does; by then the function is durable,
    /// and the next response says `Active`.
    ///
    /// Source: *CreateFunction* in the Lambda API reference.
    func createFunction(
        _ request: Lambda.CreateFunctionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let function = try resolver.resolveUnqualified(request.functionName, context)
        try FunctionRules.check(newName: function.name)
        try Versions.checkPublication(to: request.publishTo)
        try FunctionRules.check(creating: request, named: namedRuntimes)
        try roles.check(request.role, of: function)
        var document = try FunctionDocument(creating: request, function)
        let location = try PackageLocation(request.code)
        let layers = try self.layers.resolve(request.layers ?? [], context)
        try store.read { rows in
            guard try rows.function(function) == nil else { throw Self.alreadyExists(function) }
            try Self.checkSigning(of: function, request, rows)
        }
        let package = try packages.package(from: location, context)
        try packages.checkUnzippedSize(code: package.reference, layers: layers.map(\.package.reference))
        document.setPackage(package)
        document.configuration.layers = layers.isEmpty ? nil : layers.map(\.configuration)
        try packages.checkCodeStorage(adding: package.zipBytes, context)
        let record = FunctionRecord(
            id: function, version: .latest, code: package.reference, layers: layers.map(\.package.reference),
            document: document.bytes)
        // Until the row exists, only these values keep the bytes from the collector.
        return try withExtendedLifetime((package, layers)) { () throws(ServiceError) in
            let answer = try store(record, document, request)
            review(layers, of: document, function)
            return answer
        }
    }

    /// Adds the rows of a new function.
    ///
    /// - Returns: the response.
    private func store(
        _ record: FunctionRecord, _ document: FunctionDocument, _ request: Lambda.CreateFunctionRequest
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        try store.write { rows in
            guard try rows.function(record.id) == nil else { throw Self.alreadyExists(record.id) }
            let function = try rows.insert(record.id)
            try rows.put(record, of: function)
            try TagRows.put(tags: request.tags ?? [:], of: function, rows)
            try SourceKMSKey.put(request.code.sourceKMSKeyArn, .latest, of: function, rows)
            // The code signing configuration may have been changed or deleted since the first check.
            try Self.checkSigning(of: record.id, request, rows)
            if let arn = request.codeSigningConfigArn { try FunctionCodeSigningConfigs.attach(arn, to: function, rows) }
            var answer = document.configuration
            if request.publish == true {
                answer = try Versions.publish(record, document, of: function, rows).configuration
                // The version's number with the function's unqualified ARN, as on Lambda.
                answer.functionArn = record.id.description
            }
            answer.markAsPending()
            answer.renewRevision()
            return answer
        }
    }

    private static func checkSigning(
        of function: FunctionID, _ request: Lambda.CreateFunctionRequest, _ rows: borrowing CatalogTransaction
    ) throws {
        guard let arn = request.codeSigningConfigArn else { return }
        try FunctionCodeSigningConfigs.checkSignature(
            of: function, by: try FunctionCodeSigningConfigs.findCodeSigningConfig(arn, for: function, rows))
    }

    /// Looks for what would fail with layers that were attached just now.
    func review(_ layers: [AttachedLayer], of document: FunctionDocument, _ function: FunctionID) {
        let settings = document.configuration
        reviewer.reviewAttachment(
            of: layers.map(\.reviewed), to: function,
            settings.runtime.flatMap { RuntimeIdentifier($0.rawValue) },
            settings.architectures?.first.flatMap { Domain.Architecture(rawValue: $0.rawValue) } ?? .byDefault)
    }

    private static func alreadyExists(_ function: FunctionID) -> ServiceError {
        ServiceError(.resourceConflict, "Function already exist: \(function.name)")
    }
}
