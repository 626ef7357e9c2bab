internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of functions: create, read, update and delete.
struct Functions: Sendable {
    let store: LambdaStore
    let resolver: FunctionResolver
    let packages: PackageIntake
    let layers: LayerResolver
    let reviewer: LayerReviewer
    let downloads: Downloads
    let updates: UpdatesInProgress
    let roles: ExecutionRoles
    /// The runtimes that a user has named an interpreter for.
    let namedRuntimes: Set<Lambda.Runtime>
    /// The concurrency limit of one account in one region.
    let accountConcurrency: Int

    /// Describes a function, with a link to its zip that works for ten minutes.
    ///
    /// Source: *GetFunction* in the Lambda API reference.
    func getFunction(
        _ request: Lambda.GetFunctionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetFunctionResponse {
        let target = try resolver.resolve(request.functionName, request.qualifier, context)
        return try store.read { rows in
            let found = try FunctionLookup.find(target, rows)
            let reserved = try rows.setting(.reservedConcurrency, of: found.function)
            return Lambda.GetFunctionResponse(
                configuration: self.answer(found),
                code: Lambda.FunctionCodeLocation(
                    repositoryType: "S3", location: self.downloads.link(found.record.code.digest, context),
                    sourceKMSKeyArn: try SourceKMSKey.arn(found.record.version, of: found.function, rows)),
                tags: try TagRows.tags(of: found.function, rows),
                concurrency: reserved.map { Lambda.Concurrency(reservedConcurrentExecutions: $0.amount) })
        }
    }

    /// Describes a function's settings.
    ///
    /// Source: *GetFunctionConfiguration* in the Lambda API reference.
    func getFunctionConfiguration(
        _ request: Lambda.GetFunctionConfigurationRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let target = try resolver.resolve(request.functionName, request.qualifier, context)
        return try store.read { rows in self.answer(try FunctionLookup.find(target, rows)) }
    }

    /// Lists an account's functions by name, with `FunctionVersion=ALL` all their versions.
    ///
    /// Source: *ListFunctions* in the Lambda API reference. Strata has no Lambda@Edge replicas: `ALL` and the request's
    /// own region as `MasterRegion` list all functions, another region lists none.
    func listFunctions(
        _ request: Lambda.ListFunctionsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListFunctionsResponse {
        let isWhole = request.functionVersion == .all
        let listing = isWhole ? "functions and versions" : "functions"
        if let master = request.masterRegion, master != "ALL", master != context.region.description {
            return Lambda.ListFunctionsResponse(functions: [])
        }
        let paging = Paging(listing, maxItems: request.maxItems)
        let after = try paging.key(of: request.marker).flatMap(Self.position)
        let records = try store.read { rows in
            try rows.functions(
                account: context.account, region: context.region, includingVersions: isWhole, after: after,
                limit: paging.limit)
        }
        let page = paging.page(records) { "\($0.id.name):\($0.version)" }
        let functions = try page.elements.map { record throws(ServiceError) in
            try FunctionDocument.listed(record, qualified: isWhole)
        }
        return Lambda.ListFunctionsResponse(nextMarker: page.marker, functions: functions)
    }

    /// Describes an account's limits and usage.
    ///
    /// Source: *GetAccountSettings* in the Lambda API reference.
    func getAccountSettings(
        _ request: Lambda.GetAccountSettingsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetAccountSettingsResponse {
        let usage = try store.converting {
            try self.store.catalog.usage(account: context.account, region: context.region)
        }
        let setAside = try store.read { rows in
            try rows.reservedConcurrencyTotal(account: context.account, region: context.region)
        }
        return Lambda.GetAccountSettingsResponse(
            accountLimit: Lambda.AccountLimit(
                totalCodeSize: LambdaLimits.codeStorageBytes, codeSizeUnzipped: LambdaLimits.unzippedBytes,
                codeSizeZipped: LambdaLimits.zippedUploadBytes, concurrentExecutions: accountConcurrency,
                unreservedConcurrentExecutions: max(0, accountConcurrency - setAside)),
            accountUsage: Lambda.AccountUsage(totalCodeSize: usage.codeBytes, functionCount: usage.functionCount))
    }
}

extension Functions {
    /// A version's configuration with its current state.
    func answer(_ found: FoundVersion) -> Lambda.FunctionConfiguration {
        var configuration = found.document.configuration
        if found.record.version == .latest { updates.mark(&configuration, of: found.record.id) }
        return configuration
    }

    /// The position that a marker names.
    private static func position(_ text: String) -> (name: FunctionName, version: FunctionVersion)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let name = FunctionName(parts[0]), let version = FunctionVersion(parts[1]) else {
            return nil
        }
        return (name, version)
    }
}
