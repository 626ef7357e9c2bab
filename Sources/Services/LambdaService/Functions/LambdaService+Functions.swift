internal import ServiceKit
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel

extension LambdaService {
    /// Describes a function, with a link to its zip that works for ten minutes.
    ///
    /// Source: *GetFunction* in the Lambda API reference.
    func getFunction(
        _ request: Lambda.GetFunctionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetFunctionResponse {
        let target = try resolve(request.functionName, request.qualifier, context)
        return try reading { rows in
            let found = try Self.find(target, rows)
            let reserved = try rows.setting(.reservedConcurrency, of: found.function)
            return Lambda.GetFunctionResponse(
                configuration: self.answer(found),
                code: Lambda.FunctionCodeLocation(
                    repositoryType: "S3", location: self.downloadLink(found.record.code.digest, context),
                    sourceKMSKeyArn: try Self.sourceKMSKeyArn(found.record.version, of: found.function, rows)),
                tags: try Self.tags(of: found.function, rows),
                concurrency: reserved.map { Lambda.Concurrency(reservedConcurrentExecutions: $0.amount) })
        }
    }

    /// Describes a function's settings.
    ///
    /// Source: *GetFunctionConfiguration* in the Lambda API reference.
    func getFunctionConfiguration(
        _ request: Lambda.GetFunctionConfigurationRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionConfiguration {
        let target = try resolve(request.functionName, request.qualifier, context)
        return try reading { rows in self.answer(try Self.find(target, rows)) }
    }

    /// Lists an account's functions by name, with `FunctionVersion=ALL` all their versions.
    ///
    /// Source: *ListFunctions* in the Lambda API reference. No function here is a replica of another region's, so
    /// `MasterRegion` shows those of the region that it names, and is `ALL` or the region that is asked.
    func listFunctions(
        _ request: Lambda.ListFunctionsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListFunctionsResponse {
        let size = Page.size(requested: request.maxItems)
        let isWhole = request.functionVersion == .all
        let listing = isWhole ? "functions and versions" : "functions"
        if let master = request.masterRegion, master != "ALL", master != context.region.description {
            return Lambda.ListFunctionsResponse(functions: [])
        }
        let after = try marker(request.marker, listing: listing).flatMap(Self.position)
        let records = try reading { rows in
            try rows.functions(
                account: context.account, region: context.region, includingVersions: isWhole, after: after,
                limit: size + 1)
        }
        let functions = try records.prefix(size).map { record throws(ServiceError) in
            try self.listed(record, qualified: isWhole)
        }
        let next = nextMarker(records, pageSize: size, listing: listing) { "\($0.id.name):\($0.version)" }
        return Lambda.ListFunctionsResponse(nextMarker: next, functions: functions)
    }

    /// Describes an account's limits and what it uses of them.
    ///
    /// Source: *GetAccountSettings* in the Lambda API reference.
    func getAccountSettings(
        _ request: Lambda.GetAccountSettingsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetAccountSettingsResponse {
        let usage = try catching { try self.catalog.usage(account: context.account, region: context.region) }
        let setAside = try reading { rows in
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

extension LambdaService {
    /// A version's configuration as it is at this moment.
    func answer(_ found: FoundVersion) -> Lambda.FunctionConfiguration {
        var configuration = found.document.configuration
        if found.record.version == .latest, changes.contains(found.record.id) { configuration.markAsChanging() }
        return configuration
    }

    /// A version as lists show it, which leave out what only the function itself tells.
    func listed(_ record: FunctionRecord, qualified: Bool) throws(ServiceError) -> Lambda.FunctionConfiguration {
        var configuration = try FunctionDocument(record).configuration
        let qualifier = qualified ? Qualifier.version(record.version) : nil
        configuration.functionArn = FunctionARN(record.id, qualifier: qualifier).description
        configuration.leaveOutState()
        return configuration
    }

    /// Where a page of functions goes on.
    private static func position(_ text: String) -> (name: FunctionName, version: FunctionVersion)? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let name = FunctionName(parts[0]), let version = FunctionVersion(parts[1]) else {
            return nil
        }
        return (name, version)
    }

    /// The key that a version's code was encrypted with before it was uploaded.
    static func sourceKMSKeyArn(
        _ version: FunctionVersion, of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> String? {
        try rows.setting(.sourceKMSKey, of: function, qualifier: version.description)?.target
    }

    /// Notes the key that a version's code was encrypted with; `nil` where there was none.
    static func put(
        sourceKMSKeyArn arn: String?, _ version: FunctionVersion, of function: StoredFunction,
        _ rows: borrowing CatalogTransaction
    ) throws {
        let qualifier = version.description
        guard let arn, !arn.isEmpty else {
            try rows.deleteSetting(.sourceKMSKey, of: function, qualifier: qualifier)
            return
        }
        let document = encode(Lambda.FunctionCodeLocation(sourceKMSKeyArn: arn))
        try rows.put(
            FunctionSetting(qualifier: qualifier, target: arn, document: document), as: .sourceKMSKey, of: function)
    }

    /// A function's tags; `nil` where it has none.
    static func tags(of function: StoredFunction, _ rows: borrowing CatalogTransaction) throws -> [String: String]? {
        guard let setting = try rows.setting(.tags, of: function) else { return nil }
        let stored: Lambda.ListTagsResponse = try decode(setting.document)
        return stored.tags
    }
}

extension Lambda.FunctionConfiguration {
    /// What an answer says while a change has not taken effect everywhere.
    ///
    /// Lambda's words are the same as for a new function, with a code that its own model does not have.
    mutating func markAsChanging() {
        lastUpdateStatus = .inProgress
        lastUpdateStatusReason = "The function is being created."
        lastUpdateStatusReasonCode = Lambda.LastUpdateStatusReasonCode(rawValue: "Creating")
    }

    /// What the answer to a creation says: everything is durable by then, and the next look finds it `Active`.
    mutating func markAsPending() {
        state = .pending
        stateReason = "The function is being created."
        stateReasonCode = .creating
        lastUpdateStatus = nil
    }

    /// The revision of a function changes once more when it is `Active`, or its update `Successful`: the one that the
    /// answer told is out of date by the next look, as on Lambda.
    mutating func markAsUnsettled() { revisionId = FunctionDocument.newRevision() }

    /// *ListFunctions* "returns a subset of the FunctionConfiguration fields" (Lambda API reference).
    mutating func leaveOutState() {
        state = nil
        stateReason = nil
        stateReasonCode = nil
        lastUpdateStatus = nil
        lastUpdateStatusReason = nil
        lastUpdateStatusReasonCode = nil
        runtimeVersionConfig = nil
    }
}
