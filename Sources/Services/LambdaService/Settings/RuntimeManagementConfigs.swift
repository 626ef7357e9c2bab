internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of runtime management.
struct RuntimeManagementConfigs: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver

    init(store: LambdaStore, resolver: FunctionResolver) {
        self.store = store
        self.resolver = resolver
    }

    /// Sets when the runtime version of `$LATEST` or of a published version is updated.
    ///
    /// Source: *PutRuntimeManagementConfig* in the Lambda API reference.
    func putRuntimeManagementConfig(
        _ request: Lambda.PutRuntimeManagementConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.PutRuntimeManagementConfigResponse {
        let (named, target) = try runtimeTarget(request.functionName, request.qualifier, context)
        guard (request.updateRuntimeOn == .manual) == (request.runtimeVersionArn != nil) else {
            throw .invalidParameter(
                request.runtimeVersionArn == nil
                    ? "A RuntimeVersionArn is required when UpdateRuntimeOn is Manual."
                    : "A RuntimeVersionArn is allowed only when UpdateRuntimeOn is Manual.")
        }
        let config = Lambda.PutRuntimeManagementConfigResponse(
            updateRuntimeOn: request.updateRuntimeOn, functionArn: named.arn.description,
            runtimeVersionArn: request.runtimeVersionArn)
        try store.write { rows in
            let function = try FunctionLookup.find(target, rows).function
            let setting = FunctionSetting(qualifier: target.settingQualifier, document: LambdaStore.encode(config))
            try rows.put(setting, as: .runtimeManagementConfig, of: function)
        }
        return config
    }

    /// Returns when the runtime version of `$LATEST` or of a published version is updated; the default is `Auto`.
    ///
    /// Source: *GetRuntimeManagementConfig* in the Lambda API reference.
    func getRuntimeManagementConfig(
        _ request: Lambda.GetRuntimeManagementConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetRuntimeManagementConfigResponse {
        let (named, target) = try runtimeTarget(request.functionName, request.qualifier, context)
        let config = try store.read { rows in
            try Self.runtimeManagement(target, of: try FunctionLookup.find(target, rows).function, rows)
        }
        return Lambda.GetRuntimeManagementConfigResponse(
            updateRuntimeOn: config?.updateRuntimeOn ?? .auto, functionArn: named.arn.description,
            runtimeVersionArn: config?.runtimeVersionArn)
    }

    /// Refuses another runtime for a function whose runtime version is pinned.
    static func checkRuntimeIsFree(
        _ found: FoundVersion, _ requested: Lambda.Runtime?, _ rows: borrowing CatalogTransaction
    ) throws {
        let target = FunctionTarget(function: found.record.id, qualifier: .latest)
        guard let requested, requested != found.document.configuration.runtime,
            try runtimeManagement(target, of: found.function, rows)?.updateRuntimeOn == .manual
        else { return }
        throw ServiceError.invalidParameter(
            "Cannot change runtime identifier when runtime management configuration is set to 'Manual'. Change the "
                + "runtime management configuration to 'Auto' or 'FunctionUpdate', then retry.")
    }

    private static func runtimeManagement(
        _ target: FunctionTarget, of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> Lambda.PutRuntimeManagementConfigResponse? {
        let setting = try rows.setting(
            .runtimeManagementConfig, of: function, qualifier: target.settingQualifier)
        return try setting.map { try LambdaStore.decode($0.document) }
    }

    /// A version as the caller named it, and with its qualifier.
    private func runtimeTarget(
        _ name: String, _ qualifier: String?, _ context: RequestContext
    ) throws(ServiceError) -> (named: FunctionTarget, version: FunctionTarget) {
        let named = try resolver.resolve(name, qualifier, context)
        if case .alias = named.qualifier {
            throw .invalidParameter(
                "The runtime of an alias is that of its version. Name $LATEST or a published version.")
        }
        return (named, FunctionTarget(function: named.function, qualifier: named.qualifier ?? .latest))
    }
}
