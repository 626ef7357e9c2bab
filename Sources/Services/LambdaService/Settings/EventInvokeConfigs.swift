internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of the settings of asynchronous invocations.
struct EventInvokeConfigs: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver

    init(store: LambdaStore, resolver: FunctionResolver) {
        self.store = store
        self.resolver = resolver
    }

    /// Sets how asynchronous invocations of a version or alias are handled; settings that the request leaves out are
    /// removed.
    ///
    /// Source: *PutFunctionEventInvokeConfig* in the Lambda API reference.
    func putFunctionEventInvokeConfig(
        _ request: Lambda.PutFunctionEventInvokeConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionEventInvokeConfig {
        let target = try resolver.resolveVersion(request.functionName, request.qualifier, context)
        let change = try EventInvokeChange(
            retries: request.maximumRetryAttempts, age: request.maximumEventAgeInSeconds,
            destinations: request.destinationConfig)
        return try put(change, on: target) { _, _ in Lambda.FunctionEventInvokeConfig() }
    }

    /// Changes how asynchronous invocations of a version or alias are handled; settings that the request leaves out
    /// stay as they are.
    ///
    /// Source: *UpdateFunctionEventInvokeConfig* in the Lambda API reference.
    func updateFunctionEventInvokeConfig(
        _ request: Lambda.UpdateFunctionEventInvokeConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionEventInvokeConfig {
        let target = try resolver.resolveVersion(request.functionName, request.qualifier, context)
        let change = try EventInvokeChange(
            retries: request.maximumRetryAttempts, age: request.maximumEventAgeInSeconds,
            destinations: request.destinationConfig)
        return try put(change, on: target) { function, rows in
            try Self.eventInvokeConfig(target, of: function, rows)
        }
    }

    /// Returns how asynchronous invocations of a version or alias are handled.
    ///
    /// Source: *GetFunctionEventInvokeConfig* in the Lambda API reference.
    func getFunctionEventInvokeConfig(
        _ request: Lambda.GetFunctionEventInvokeConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.FunctionEventInvokeConfig {
        let target = try resolver.resolveVersion(request.functionName, request.qualifier, context)
        return try store.read { rows in
            try Self.eventInvokeConfig(target, of: try rows.function(target.function), rows)
        }
    }

    /// Restores the defaults for a version or alias.
    ///
    /// Source: *DeleteFunctionEventInvokeConfig* in the Lambda API reference.
    func deleteFunctionEventInvokeConfig(
        _ request: Lambda.DeleteFunctionEventInvokeConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let target = try resolver.resolveVersion(request.functionName, request.qualifier, context)
        try store.write { rows in
            guard let function = try rows.function(target.function),
                try rows.deleteSetting(.eventInvokeConfig, of: function, qualifier: target.settingQualifier)
            else { throw Self.noEventInvokeConfig(target) }
        }
        return NoMembers()
    }

    /// Lists how asynchronous invocations of a function's versions and aliases are handled, where that is set.
    ///
    /// Source: *ListFunctionEventInvokeConfigs* in the Lambda API reference.
    func listFunctionEventInvokeConfigs(
        _ request: Lambda.ListFunctionEventInvokeConfigsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListFunctionEventInvokeConfigsResponse {
        let id = try resolver.resolve(request.functionName, nil, context).function
        let listing = "event invoke configs of \(id)"
        let paging = Paging(listing, maxItems: request.maxItems)
        let after = try paging.key(of: request.marker)
        let settings = try store.read { rows in
            guard let function = try rows.function(id) else { throw Self.noFunctionForEvents }
            return try rows.settings(.eventInvokeConfig, of: function, after: after, limit: paging.limit)
        }
        let page = paging.page(settings, key: \.qualifier)
        let configs = try page.elements.map { setting throws(ServiceError) in
            try LambdaStore.decode(setting.document) as Lambda.FunctionEventInvokeConfig
        }
        return Lambda.ListFunctionEventInvokeConfigsResponse(
            functionEventInvokeConfigs: configs, nextMarker: page.marker)
    }
}

extension EventInvokeConfigs {
    /// Stores a change.
    ///
    /// - Parameter before: reads the settings that the change applies to.
    private func put(
        _ change: EventInvokeChange, on target: FunctionTarget,
        before: (StoredFunction, borrowing CatalogTransaction) throws -> Lambda.FunctionEventInvokeConfig
    ) throws(ServiceError) -> Lambda.FunctionEventInvokeConfig {
        try store.write { rows in
            guard let function = try FunctionLookup.existing(target, rows) else { throw Self.noFunctionForEvents }
            var config = try before(function, rows)
            try DestinationRules.check(change.destinations, of: target.function, rows)
            change.apply(to: &config)
            config.functionArn = target.arn.description
            let setting = FunctionSetting(qualifier: target.settingQualifier, document: LambdaStore.encode(config))
            try rows.put(setting, as: .eventInvokeConfig, of: function)
            return config
        }
    }

    private static func eventInvokeConfig(
        _ target: FunctionTarget, of function: StoredFunction?, _ rows: borrowing CatalogTransaction
    ) throws -> Lambda.FunctionEventInvokeConfig {
        guard let function,
            let setting = try rows.setting(.eventInvokeConfig, of: function, qualifier: target.settingQualifier)
        else { throw noEventInvokeConfig(target) }
        return try LambdaStore.decode(setting.document)
    }

    private static func noEventInvokeConfig(_ target: FunctionTarget) -> ServiceError {
        ServiceError(.resourceNotFound, "The function \(target.arn) doesn't have an EventInvokeConfig")
    }

    private static var noFunctionForEvents: ServiceError {
        ServiceError(.resourceNotFound, "The function doesn't exist.")
    }
}
