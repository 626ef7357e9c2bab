internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import Scheduler
internal import ServiceKit

/// The use cases of provisioned concurrency.
struct ProvisionedConcurrencyConfigs: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver
    private let rules: ConcurrencyRules
    private let concurrency: ConcurrencyReconciler

    init(
        store: LambdaStore, resolver: FunctionResolver, rules: ConcurrencyRules, concurrency: ConcurrencyReconciler
    ) {
        self.store = store
        self.resolver = resolver
        self.rules = rules
        self.concurrency = concurrency
    }

    /// Sets the provisioned concurrency of a version or an alias. The response says `IN_PROGRESS`, as Lambda's does;
    /// later responses say `READY` once the environments have started.
    ///
    /// Source: *PutProvisionedConcurrencyConfig* in the Lambda API reference.
    func putProvisionedConcurrencyConfig(
        _ request: Lambda.PutProvisionedConcurrencyConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.PutProvisionedConcurrencyConfigResponse {
        let target = try resolver.resolve(request.functionName, request.qualifier, context)
        guard target.isPublished else {
            throw .invalidParameter(
                "Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
        }
        let amount = request.provisionedConcurrentExecutions
        let config = Lambda.PutProvisionedConcurrencyConfigResponse(
            requestedProvisionedConcurrentExecutions: amount, allocatedProvisionedConcurrentExecutions: 0,
            availableProvisionedConcurrentExecutions: 0, status: .inProgress, lastModified: LambdaTime.now())
        try store.write { rows in
            let function = try Self.findPublished(target, rows)
            try Self.checkNotProvisioned(target, of: function, rows)
            let qualifier = target.settingQualifier
            try self.rules.check(provisioning: amount, for: function, qualifier: qualifier, rows)
            try rows.put(
                FunctionSetting(qualifier: qualifier, amount: amount, document: LambdaStore.encode(config)),
                as: .provisionedConcurrency, of: function)
        }
        return config
    }

    /// Returns the provisioned concurrency of a version or an alias.
    ///
    /// Source: *GetProvisionedConcurrencyConfig* in the Lambda API reference.
    func getProvisionedConcurrencyConfig(
        _ request: Lambda.GetProvisionedConcurrencyConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetProvisionedConcurrencyConfigResponse {
        let target = try publishedTarget(request.functionName, request.qualifier, context)
        let (setting, status) = try store.read { rows in
            let function = try Self.findPublished(target, rows)
            guard
                let setting = try rows.setting(
                    .provisionedConcurrency, of: function, qualifier: target.settingQualifier)
            else {
                throw ServiceError(
                    .provisionedConcurrencyNotFound, "No Provisioned Concurrency Config found for this function")
            }
            return (setting, try self.concurrency.status(setting, of: function, rows))
        }
        let made: Lambda.PutProvisionedConcurrencyConfigResponse = try LambdaStore.decode(setting.document)
        return Lambda.GetProvisionedConcurrencyConfigResponse(
            requestedProvisionedConcurrentExecutions: setting.amount,
            availableProvisionedConcurrentExecutions: status.available,
            allocatedProvisionedConcurrentExecutions: status.available, status: status.answer.status,
            statusReason: status.answer.reason, lastModified: made.lastModified)
    }

    /// Removes the provisioned concurrency of a version or an alias. Without any this succeeds, too.
    ///
    /// Source: *DeleteProvisionedConcurrencyConfig* in the Lambda API reference.
    func deleteProvisionedConcurrencyConfig(
        _ request: Lambda.DeleteProvisionedConcurrencyConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let target = try publishedTarget(request.functionName, request.qualifier, context)
        _ = try store.write { rows in
            try rows.deleteSetting(
                .provisionedConcurrency, of: try Self.findPublished(target, rows), qualifier: target.settingQualifier)
        }
        return NoMembers()
    }

    /// Lists the provisioned concurrency of a function's versions and aliases.
    ///
    /// Source: *ListProvisionedConcurrencyConfigs* in the Lambda API reference.
    func listProvisionedConcurrencyConfigs(
        _ request: Lambda.ListProvisionedConcurrencyConfigsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListProvisionedConcurrencyConfigsResponse {
        let id = try resolver.resolveFunctionAlone(request.functionName, context)
        let listing = "provisioned concurrency of \(id)"
        let paging = Paging(listing, maxItems: request.maxItems)
        let after = try paging.key(of: request.marker)
        let found = try store.read { rows in
            let function = try FunctionLookup.find(id, rows)
            return try rows.settings(.provisionedConcurrency, of: function, after: after, limit: paging.limit).map {
                (setting: $0, status: try self.concurrency.status($0, of: function, rows))
            }
        }
        let page = paging.page(found, key: \.setting.qualifier)
        let configs = try page.elements.map { setting, status throws(ServiceError) in
            let made: Lambda.PutProvisionedConcurrencyConfigResponse = try LambdaStore.decode(setting.document)
            return Lambda.ProvisionedConcurrencyConfigListItem(
                functionArn: FunctionARN(id, qualifier: Qualifier(setting.qualifier)).description,
                requestedProvisionedConcurrentExecutions: setting.amount,
                availableProvisionedConcurrentExecutions: status.available,
                allocatedProvisionedConcurrentExecutions: status.available, status: status.answer.status,
                statusReason: status.answer.reason, lastModified: made.lastModified)
        }
        return Lambda.ListProvisionedConcurrencyConfigsResponse(
            provisionedConcurrencyConfigs: configs, nextMarker: page.marker)
    }
}

extension ProvisionedConcurrencyConfigs {
    private func publishedTarget(
        _ name: String, _ qualifier: String, _ context: RequestContext
    ) throws(ServiceError) -> FunctionTarget {
        let target = try resolver.resolve(name, qualifier, context)
        guard target.isPublished else {
            throw .invalidParameter("The function resource provided must be an alias or a published version.")
        }
        return target
    }

    private static func findPublished(
        _ target: FunctionTarget, _ rows: borrowing CatalogTransaction
    ) throws -> StoredFunction {
        if let function = try FunctionLookup.existing(target, rows) { return function }
        guard case .alias = target.qualifier else { throw FunctionLookup.notFound(target) }
        throw ServiceError(.resourceNotFound, "Cannot find alias arn: \(target.arn)")
    }

    /// Refuses provisioned concurrency for a version both by its number and by an alias.
    private static func checkNotProvisioned(
        _ target: FunctionTarget, of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws {
        func isProvisioned(_ qualifier: String) throws -> Bool {
            try rows.setting(.provisionedConcurrency, of: function, qualifier: qualifier) != nil
        }
        switch target.qualifier {
        case .alias(let name):
            guard let version = try rows.alias(name, of: function)?.version,
                try isProvisioned(version.description)
            else { return }
            throw ServiceError(
                .resourceConflict,
                "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
        case .version(let version):
            for alias in try rows.aliases(of: function, pointingAt: version, limit: .max)
            where try isProvisioned(alias.name.description) {
                throw ServiceError(
                    .resourceConflict, "Version is pointed by a Provisioned Concurrency alias")
            }
        case nil: return
        }
    }
}

extension FunctionTarget {
    /// Whether this is an alias or a number, and not `$LATEST`.
    fileprivate var isPublished: Bool { (qualifier ?? .latest) != .latest }
}
