package import AWSModel
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import Synchronization

extension Platform {
    /// Describes a function, with a link to its zip that works for ten minutes.
    ///
    /// Source: *GetFunction* in the Lambda API reference.
    package func getFunction(
        _ request: Lambda.GetFunctionRequest, _ context: RequestContext
    ) throws(PlatformError) -> Lambda.GetFunctionResponse {
        let (record, document) = try find(request.functionName, request.qualifier, context)
        let location = downloadLink(record.code.digest, context)
        return Lambda.GetFunctionResponse(
            configuration: document.configuration,
            code: Lambda.FunctionCodeLocation(repositoryType: "S3", location: location), tags: document.tags)
    }

    /// Describes a function's settings.
    ///
    /// Source: *GetFunctionConfiguration* in the Lambda API reference.
    package func getFunctionConfiguration(
        _ request: Lambda.GetFunctionConfigurationRequest, _ context: RequestContext
    ) throws(PlatformError) -> Lambda.FunctionConfiguration {
        try find(request.functionName, request.qualifier, context).document.configuration
    }

    /// Lists an account's functions by name.
    ///
    /// Source: *ListFunctions* in the Lambda API reference.
    package func listFunctions(
        _ request: Lambda.ListFunctionsRequest, _ context: RequestContext
    ) throws(PlatformError) -> Lambda.ListFunctionsResponse {
        let size = Page.size(requested: request.maxItems)
        let after = try marker(request.marker, listing: "functions").flatMap { FunctionName($0) }
        let records = try catching {
            try self.catalog.functions(
                account: context.account, region: context.region, after: after, limit: size + 1)
        }
        let functions = try records.prefix(size).map { record throws(PlatformError) in
            try document(record).configuration
        }
        let next = nextMarker(records, pageSize: size, listing: "functions") { $0.id.name.description }
        return Lambda.ListFunctionsResponse(nextMarker: next, functions: functions)
    }

    /// Deletes a function. Its running invocations end undisturbed.
    ///
    /// Source: *DeleteFunction* in the Lambda API reference.
    package func deleteFunction(
        _ request: Lambda.DeleteFunctionRequest, _ context: RequestContext
    ) throws(PlatformError) -> Lambda.DeleteFunctionResponse {
        let (reference, function) = try resolve(request.functionName, request.qualifier, context)
        guard reference.qualifier != .latest else {
            throw .invalidParameter("$LATEST version cannot be deleted without deleting the function.")
        }
        guard reference.qualifier == nil else { throw Self.notFound(function, reference.qualifier) }
        guard try catching({ try self.catalog.deleteFunction(function) }) else {
            throw Self.notFound(function, nil)
        }
        revisions.withLock { _ = $0.removeValue(forKey: function) }
        pool.delete(function, .latest)
        garbage.collectSoon()
        return Lambda.DeleteFunctionResponse(statusCode: 204)
    }

    /// Describes an account's limits and what it uses of them.
    ///
    /// Source: *GetAccountSettings* in the Lambda API reference.
    package func getAccountSettings(
        _ request: Lambda.GetAccountSettingsRequest, _ context: RequestContext
    ) throws(PlatformError) -> Lambda.GetAccountSettingsResponse {
        let usage = try catching { try self.catalog.usage(account: context.account, region: context.region) }
        return Lambda.GetAccountSettingsResponse(
            accountLimit: Lambda.AccountLimit(
                totalCodeSize: LambdaLimits.codeStorageBytes, codeSizeUnzipped: LambdaLimits.unzippedBytes,
                codeSizeZipped: LambdaLimits.zippedUploadBytes, concurrentExecutions: accountConcurrency,
                unreservedConcurrentExecutions: accountConcurrency),
            accountUsage: Lambda.AccountUsage(totalCodeSize: usage.codeBytes, functionCount: usage.functionCount))
    }
}

extension Platform {
    /// The function that a caller names, which must be its own and exist.
    func find(
        _ name: String, _ qualifier: String?, _ context: RequestContext
    ) throws(PlatformError) -> (record: FunctionRecord, document: FunctionDocument) {
        let (reference, function) = try resolve(name, qualifier, context)
        guard reference.qualifier == nil || reference.qualifier == .latest,
            let record = try catching({ try self.catalog.function(function) })
        else { throw Self.notFound(function, reference.qualifier) }
        var document = try document(record)
        if reference.qualifier != nil {
            document.configuration.functionArn = FunctionARN(function, qualifier: .latest).description
        }
        return (record, document)
    }

    /// Reads what a caller calls a function.
    func resolve(
        _ name: String, _ qualifier: String?, _ context: RequestContext
    ) throws(PlatformError) -> (FunctionReference, FunctionID) {
        do {
            let reference = try FunctionReference(name, qualifier: qualifier)
            let function = try reference.resolved(account: context.account, region: context.region)
            guard function.account == context.account else { throw Self.foreignFunction(function) }
            return (reference, function)
        } catch let error as FunctionReferenceError {
            throw .invalidParameter(error.description)
        } catch let error as PlatformError {
            throw error
        } catch {
            throw PlatformError(.service, "\(error)")
        }
    }

    /// The name of a function that is to be made: it has no qualifier.
    func ownFunction(_ name: String, _ context: RequestContext) throws(PlatformError) -> FunctionID {
        let (reference, function) = try resolve(name, nil, context)
        guard reference.qualifier == nil else {
            throw .invalidParameter("The function name \(name) must not have a qualifier.")
        }
        return function
    }

    func document(_ record: FunctionRecord) throws(PlatformError) -> FunctionDocument {
        try FunctionDocument(record) { bytes throws(PlatformError) in try read(bytes) }
    }

    func revision(_ configuration: Lambda.FunctionConfiguration) throws(PlatformError) -> RevisionID {
        guard let revision = configuration.revisionId.flatMap({ RevisionID($0) }) else {
            throw PlatformError(.service, "A function has a revision that is not a UUID.")
        }
        return revision
    }

    static func notFound(_ function: FunctionID, _ qualifier: Qualifier?) -> PlatformError {
        PlatformError(.resourceNotFound, "Function not found: \(FunctionARN(function, qualifier: qualifier))")
    }

    private static func foreignFunction(_ function: FunctionID) -> PlatformError {
        PlatformError(
            .accessDenied,
            "User is not authorized to access the resource \(function): no resource-based policy allows it")
    }
}
