internal import ServiceKit
internal import LambdaModel
internal import Catalog
internal import Domain
internal import LayerStore

extension LambdaService {
    /// Creates a function from a zip. The answer says `Pending`, as Lambda's does; by then everything is durable, and
    /// the next look finds it `Active`.
    ///
    /// Source: *CreateFunction* in the Lambda API reference.
    func createFunction(
        _ request: Lambda.CreateFunctionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let function = try resolveUnqualified(request.functionName, context)
        try Self.checkPublication(to: request.publishTo)
        try FunctionRules.check(creating: request)
        var document = try FunctionDocument(creating: request, function)
        let location = try PackageLocation(request.code)
        try reading { rows in
            guard try rows.function(function) == nil else { throw Self.alreadyExists(function) }
            try Self.checkSigning(of: function, request, rows)
        }
        let layers = try resolveLayers(request.layers ?? [], context)
        let package = try package(from: location, context)
        try checkUnzippedSize(code: package.reference, layers: layers.map(\.package.reference))
        document.setPackage(package)
        document.configuration.layers = layers.isEmpty ? nil : layers.map(\.configuration)
        try checkCodeStorage(adding: package.zipBytes, context)
        let record = FunctionRecord(
            id: function, version: .latest, code: package.reference, layers: layers.map(\.package.reference),
            document: document.bytes)
        // Until the row is there, these values alone keep the bytes.
        return try withExtendedLifetime((package, layers)) { () throws(ServiceError) in
            try store(record, document, request)
        }
    }

    /// Adds the rows of a new function, and answers what its creator is told.
    private func store(
        _ record: FunctionRecord, _ document: FunctionDocument, _ request: Lambda.CreateFunctionRequest
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        try writing { rows in
            guard try rows.function(record.id) == nil else { throw Self.alreadyExists(record.id) }
            let function = try rows.insert(record.id)
            try rows.put(record, of: function)
            try Self.put(tags: request.tags ?? [:], of: function, rows)
            try Self.put(sourceKMSKeyArn: request.code.sourceKMSKeyArn, .latest, of: function, rows)
            // The configuration may have changed, or gone, since it was looked at.
            try Self.checkSigning(of: record.id, request, rows)
            if let arn = request.codeSigningConfigArn { try Self.attach(arn, to: function, rows) }
            var answer = document.configuration
            if request.publish == true {
                answer = try self.publish(record, document, of: function, rows)
                // The version's number, and still the function's own ARN, as on Lambda.
                answer.functionArn = record.id.description
            } else {
                answer.markAsUnsettled()
            }
            answer.markAsPending()
            return answer
        }
    }

    private static func checkSigning(
        of function: FunctionID, _ request: Lambda.CreateFunctionRequest, _ rows: borrowing CatalogTransaction
    ) throws {
        guard let arn = request.codeSigningConfigArn else { return }
        try checkSignature(of: function, by: try findCodeSigningConfig(arn, for: function, rows))
    }

    private static func alreadyExists(_ function: FunctionID) -> ServiceError {
        ServiceError(.resourceConflict, "Function already exist: \(function.name)")
    }

    /// An account keeps 75 GB of zips at most.
    func checkCodeStorage(adding bytes: Int, _ context: RequestContext) throws(ServiceError) {
        let usage = try catching { try self.catalog.usage(account: context.account, region: context.region) }
        guard usage.codeBytes + bytes <= LambdaLimits.codeStorageBytes else {
            throw ServiceError(.codeStorageExceeded, "Code storage limit exceeded.")
        }
    }
}
