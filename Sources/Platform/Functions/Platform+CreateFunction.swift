package import AWSModel
internal import Catalog
internal import Domain
internal import LayerStore

extension Platform {
    /// Creates a function from a zip. The answer says `Pending`, as Lambda's does; by then everything is durable, and
    /// the next look finds it `Active`.
    ///
    /// Source: *CreateFunction* in the Lambda API reference.
    package func createFunction(
        _ request: Lambda.CreateFunctionRequest, _ context: RequestContext
    ) throws(PlatformError) -> Lambda.FunctionConfiguration {
        let function = try ownFunction(request.functionName, context)
        try Self.refusePublication(request.publish)
        guard request.packageType != .image, request.code.imageUri == nil else {
            throw .invalidParameter("Strata runs functions of PackageType Zip. Container images are not supported.")
        }
        guard request.runtime != nil, let handler = request.handler, !handler.isEmpty else {
            throw .invalidParameter(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
        }
        try FunctionRules.check(runtime: request.runtime)
        try FunctionRules.check(
            memory: request.memorySize, timeout: request.timeout, temporaryStorage: request.ephemeralStorage?.size)
        try FunctionRules.check(environment: request.environment?.variables)
        let location = try PackageLocation(request.code)
        guard try catching({ try self.catalog.function(function) }) == nil else { throw Self.alreadyExists(function) }
        let layers = try resolveLayers(request.layers ?? [], context)
        let package = try package(from: location, context)
        try checkUnzippedSize(code: package.reference, layers: layers.map(\.package.reference))
        var document = FunctionDocument(creating: request, function, package)
        document.configuration.layers = layers.isEmpty ? nil : layers.map(\.configuration)
        try checkCodeStorage(adding: package.zipBytes, context)
        // Until the row is there, these values alone keep the bytes.
        try withExtendedLifetime((package, layers)) { () throws(PlatformError) in
            try store(document, as: function, package.reference, layers.map(\.package.reference))
        }
        return pending(document.configuration)
    }

    private func store(
        _ document: FunctionDocument, as function: FunctionID, _ package: PackageReference,
        _ layers: [PackageReference]
    ) throws(PlatformError) {
        let record = FunctionRecord(
            id: function, revision: try revision(document.configuration), code: package, layers: layers,
            document: document.bytes)
        do throws(CatalogError) { try catalog.createFunction(record) } catch .alreadyExists(_) {
            throw Self.alreadyExists(function)
        } catch {
            throw PlatformError(.service, "The function could not be stored: \(error)", cause: error)
        }
    }

    private static func alreadyExists(_ function: FunctionID) -> PlatformError {
        PlatformError(.resourceConflict, "Function already exist: \(function.name)")
    }

    private func pending(_ configuration: Lambda.FunctionConfiguration) -> Lambda.FunctionConfiguration {
        var answer = configuration
        answer.state = .pending
        answer.stateReason = "The function is being created."
        answer.stateReasonCode = .creating
        answer.lastUpdateStatus = nil
        return answer
    }

    /// An account keeps 75 GB of zips at most.
    func checkCodeStorage(adding bytes: Int, _ context: RequestContext) throws(PlatformError) {
        let usage = try catching { try self.catalog.usage(account: context.account, region: context.region) }
        guard usage.codeBytes + bytes <= LambdaLimits.codeStorageBytes else {
            throw PlatformError(.codeStorageExceeded, "Code storage limit exceeded.")
        }
    }
}
