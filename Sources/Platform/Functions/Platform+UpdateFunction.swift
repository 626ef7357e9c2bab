package import AWSModel
internal import Catalog
internal import Domain
internal import LayerStore
internal import Synchronization

extension Platform {
    /// Replaces a function's code. Environments with the old code end after their current invocation.
    ///
    /// Source: *UpdateFunctionCode* in the Lambda API reference.
    package func updateFunctionCode(
        _ request: Lambda.UpdateFunctionCodeRequest, _ context: RequestContext
    ) throws(PlatformError) -> Lambda.FunctionConfiguration {
        try Self.refusePublication(request.publish)
        _ = try ownFunction(request.functionName, context)
        var (record, document) = try find(request.functionName, nil, context)
        try check(request.revisionId, document)
        let package = try package(from: try PackageLocation(request), context)
        try checkUnzippedSize(code: package.reference, layers: record.layers)
        document.setPackage(package)
        if let architectures = request.architectures { document.configuration.architectures = architectures }
        guard request.dryRun != true else { return document.configuration }
        try checkCodeStorage(adding: package.zipBytes - record.code.zipBytes, context)
        // Until the row is there, the package alone keeps its bytes.
        return try withExtendedLifetime(package) { () throws(PlatformError) in
            try commit(&document, code: package.reference, layers: record.layers, replacing: record)
        }
    }

    /// Changes a function's settings; what the request leaves out stays as it is.
    ///
    /// Source: *UpdateFunctionConfiguration* in the Lambda API reference.
    package func updateFunctionConfiguration(
        _ request: Lambda.UpdateFunctionConfigurationRequest, _ context: RequestContext
    ) throws(PlatformError) -> Lambda.FunctionConfiguration {
        _ = try ownFunction(request.functionName, context)
        var (record, document) = try find(request.functionName, nil, context)
        var layers: [AttachedLayer]?
        try check(request.revisionId, document)
        try FunctionRules.check(runtime: request.runtime)
        try FunctionRules.check(
            memory: request.memorySize, timeout: request.timeout, temporaryStorage: request.ephemeralStorage?.size)
        try FunctionRules.check(environment: request.environment?.variables)
        if let arns = request.layers {
            let attached = try resolveLayers(arns, context)
            try checkUnzippedSize(code: record.code, layers: attached.map(\.package.reference))
            document.configuration.layers = attached.isEmpty ? nil : attached.map(\.configuration)
            layers = attached
        }
        document.apply(request)
        // Until the row is there, the layers that are new to the function keep their bytes by themselves.
        return try withExtendedLifetime(layers) { () throws(PlatformError) in
            try commit(
                &document, code: record.code, layers: layers?.map(\.package.reference) ?? record.layers,
                replacing: record)
        }
    }

    static func refusePublication(_ publish: Bool?) throws(PlatformError) {
        guard publish != true else {
            throw PlatformError(
                .notImplemented, "Strata does not publish versions of functions yet. Leave Publish out, or false.")
        }
    }

    /// Refuses a change of something that the caller has not seen.
    private func check(_ revision: String?, _ document: FunctionDocument) throws(PlatformError) {
        guard revision == nil || revision == document.configuration.revisionId else {
            throw PlatformError(
                .preconditionFailed,
                "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to "
                    + "retrieve the latest RevisionId")
        }
    }

    /// Stores a changed function, unless somebody else changed it meanwhile, and retires its environments.
    private func commit(
        _ document: inout FunctionDocument, code: PackageReference, layers: [PackageReference],
        replacing old: FunctionRecord
    ) throws(PlatformError) -> Lambda.FunctionConfiguration {
        let function = old.id
        document.touch()
        let record = FunctionRecord(
            id: function, revision: try revision(document.configuration), code: code, layers: layers,
            document: document.bytes)
        do throws(CatalogError) { try catalog.updateFunction(record, replacing: old.revision) } catch .revisionChanged(
            _)
        {
            throw PlatformError(
                .resourceConflict,
                "The operation cannot be performed at this time. An update is in progress for resource: \(function)")
        } catch .notFound(_) {
            throw Self.notFound(function, nil)
        } catch {
            throw PlatformError(.service, "The function could not be stored: \(error)", cause: error)
        }
        revisions.withLock { _ = $0.removeValue(forKey: function) }
        pool.update(try revision(of: function))
        garbage.collectSoon()
        var answer = document.configuration
        answer.lastUpdateStatus = .inProgress
        // Lambda's words: the same as for a new function, with a code that its own model does not have.
        answer.lastUpdateStatusReason = "The function is being created."
        answer.lastUpdateStatusReasonCode = Lambda.LastUpdateStatusReasonCode(rawValue: "Creating")
        return answer
    }
}

extension FunctionDocument {
    /// Takes over the settings that a request names.
    fileprivate mutating func apply(_ request: Lambda.UpdateFunctionConfigurationRequest) {
        configuration.role = request.role ?? configuration.role
        configuration.handler = request.handler ?? configuration.handler
        configuration.description = request.description ?? configuration.description
        configuration.timeout = request.timeout ?? configuration.timeout
        configuration.memorySize = request.memorySize ?? configuration.memorySize
        configuration.runtime = request.runtime ?? configuration.runtime
        configuration.deadLetterConfig = request.deadLetterConfig ?? configuration.deadLetterConfig
        configuration.kmsKeyArn = request.kmsKeyArn ?? configuration.kmsKeyArn
        configuration.fileSystemConfigs = request.fileSystemConfigs ?? configuration.fileSystemConfigs
        configuration.ephemeralStorage = request.ephemeralStorage ?? configuration.ephemeralStorage
        if let environment = request.environment {
            let variables = environment.variables ?? [:]
            configuration.environment = variables.isEmpty ? nil : Lambda.EnvironmentResponse(variables: variables)
        }
        if let tracing = request.tracingConfig {
            configuration.tracingConfig = Lambda.TracingConfigResponse(mode: tracing.mode)
        }
        if let vpc = request.vpcConfig {
            configuration.vpcConfig = Lambda.VpcConfigResponse(
                subnetIds: vpc.subnetIds ?? [], securityGroupIds: vpc.securityGroupIds ?? [], vpcId: "")
        }
        if let snapStart = request.snapStart {
            configuration.snapStart = Lambda.SnapStartResponse(applyOn: snapStart.applyOn, optimizationStatus: .off)
        }
        configuration.loggingConfig = request.loggingConfig ?? configuration.loggingConfig
    }
}
