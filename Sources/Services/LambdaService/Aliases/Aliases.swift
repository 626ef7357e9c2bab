internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of aliases.
struct Aliases: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver

    init(store: LambdaStore, resolver: FunctionResolver) {
        self.store = store
        self.resolver = resolver
    }

    /// Creates an alias: a name for one version, or for two, of which the second gets a share of the invocations.
    ///
    /// Source: *CreateAlias* in the Lambda API reference.
    func createAlias(
        _ request: Lambda.CreateAliasRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.AliasConfiguration {
        let target = try aliasTarget(request.functionName, request.name, context)
        var alias = Lambda.AliasConfiguration(
            aliasArn: target.arn.description, name: request.name, functionVersion: request.functionVersion,
            description: request.description ?? "", routingConfig: request.routingConfig)
        return try store.write { rows in
            let function = try FunctionLookup.find(target.function, rows)
            let record = try self.record(&alias, of: function, rows)
            guard try rows.alias(record.name, of: function) == nil else {
                throw ServiceError(.resourceConflict, "Alias already exists: \(target.arn)")
            }
            try rows.put(record, of: function)
            return alias
        }
    }

    /// Describes an alias.
    ///
    /// Source: *GetAlias* in the Lambda API reference.
    func getAlias(
        _ request: Lambda.GetAliasRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.AliasConfiguration {
        let target = try aliasTarget(request.functionName, request.name, context)
        return try store.read { rows in try Self.alias(target, of: try FunctionLookup.find(target.function, rows), rows)
        }
    }

    /// Changes an alias; settings that the request leaves out stay as they are. The next invocation goes to the new
    /// version.
    ///
    /// Source: *UpdateAlias* in the Lambda API reference.
    func updateAlias(
        _ request: Lambda.UpdateAliasRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.AliasConfiguration {
        let target = try aliasTarget(request.functionName, request.name, context)
        return try store.write { rows in
            let function = try FunctionLookup.find(target.function, rows)
            guard case .alias(let name) = target.qualifier, let stored = try rows.alias(name, of: function) else {
                throw ServiceError(.resourceNotFound, "Alias not found: \(target.arn)")
            }
            var alias: Lambda.AliasConfiguration = try LambdaStore.decode(stored.document)
            guard request.revisionId == nil || request.revisionId == alias.revisionId else {
                throw ServiceError.staleRevision("GetFunction/GetAlias")
            }
            alias.functionVersion = request.functionVersion ?? alias.functionVersion
            alias.description = request.description ?? alias.description
            alias.routingConfig = request.routingConfig ?? alias.routingConfig
            try rows.put(try self.record(&alias, of: function, rows), of: function)
            return alias
        }
    }

    /// Deletes an alias with its settings. Deleting an alias that does not exist succeeds, as on Lambda.
    ///
    /// Source: *DeleteAlias* in the Lambda API reference.
    func deleteAlias(
        _ request: Lambda.DeleteAliasRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let target = try aliasTarget(request.functionName, request.name, context)
        try store.write { rows in
            let function = try FunctionLookup.find(target.function, rows)
            if case .alias(let name) = target.qualifier { try rows.delete(name, of: function) }
        }
        return NoMembers()
    }

    /// Lists a function's aliases by name.
    ///
    /// Source: *ListAliases* in the Lambda API reference.
    func listAliases(
        _ request: Lambda.ListAliasesRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListAliasesResponse {
        let function = try resolver.resolveUnqualified(request.functionName, context)
        let listing = "aliases of \(function)"
        let paging = Paging(listing, maxItems: request.maxItems)
        let after = try paging.key(of: request.marker).flatMap { AliasName($0) }
        let version = request.functionVersion.flatMap { FunctionVersion($0) }
        let records = try store.read { rows in
            try rows.aliases(
                of: try FunctionLookup.find(function, rows), pointingAt: version, after: after, limit: paging.limit)
        }
        let page = paging.page(records) { $0.name.description }
        let aliases = try page.elements.map { record throws(ServiceError) -> Lambda.AliasConfiguration in
            try LambdaStore.decode(record.document)
        }
        return Lambda.ListAliasesResponse(nextMarker: page.marker, aliases: aliases)
    }
}

extension Aliases {
    private func aliasTarget(
        _ function: String, _ name: String, _ context: RequestContext
    ) throws(ServiceError) -> FunctionTarget {
        let target = FunctionTarget(
            function: try resolver.resolveUnqualified(function, context), qualifier: AliasName(name).map { .alias($0) }
        )
        guard target.qualifier != nil else { throw .invalidParameter("'\(name)' is not the name of an alias.") }
        return target
    }

    /// Finds an alias.
    ///
    /// - Throws: `.resourceNotFound`.
    static func alias(
        _ target: FunctionTarget, of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> Lambda.AliasConfiguration {
        guard case .alias(let name) = target.qualifier, let record = try rows.alias(name, of: function) else {
            throw ServiceError(.resourceNotFound, "Cannot find alias arn: \(target.arn)")
        }
        return try LambdaStore.decode(record.document)
    }

    /// The row of an alias with a new revision, after a check of its versions.
    private func record(
        _ alias: inout Lambda.AliasConfiguration, of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> AliasRecord {
        guard let name = AliasName(alias.name ?? ""), let version = FunctionVersion(alias.functionVersion ?? "") else {
            throw ServiceError.invalidParameter("An alias points at a version, not at another alias.")
        }
        try AliasRules.check(version, of: function, rows)
        let second = try AliasRules.second(of: alias.routingConfig, beside: version)
        if let second { try AliasRules.check(second, of: function, rows) }
        // Without weights an alias has no routing at all.
        if second == nil { alias.routingConfig = nil }
        alias.revisionId = FunctionDocument.newRevision()
        return AliasRecord(name: name, version: version, secondVersion: second, document: LambdaStore.encode(alias))
    }
}
