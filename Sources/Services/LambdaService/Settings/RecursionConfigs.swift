internal import Catalog
internal import LambdaModel
internal import ServiceKit

/// The use cases of recursive loop detection.
struct RecursionConfigs: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver

    init(store: LambdaStore, resolver: FunctionResolver) {
        self.store = store
        self.resolver = resolver
    }

    /// Sets whether Lambda stops recursive loops through the function.
    ///
    /// Source: *PutFunctionRecursionConfig* in the Lambda API reference.
    func putFunctionRecursionConfig(
        _ request: Lambda.PutFunctionRecursionConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.PutFunctionRecursionConfigResponse {
        let id = try resolver.resolveFunctionAlone(request.functionName, context)
        let config = Lambda.PutFunctionRecursionConfigResponse(recursiveLoop: request.recursiveLoop)
        try store.write { rows in
            let setting = FunctionSetting(document: LambdaStore.encode(config))
            try rows.put(setting, as: .recursionConfig, of: try FunctionLookup.find(id, rows))
        }
        return config
    }

    /// Returns whether Lambda stops recursive loops through the function, which is the default.
    ///
    /// Source: *GetFunctionRecursionConfig* in the Lambda API reference.
    func getFunctionRecursionConfig(
        _ request: Lambda.GetFunctionRecursionConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetFunctionRecursionConfigResponse {
        let id = try resolver.resolveFunctionAlone(request.functionName, context)
        return try store.read { rows in
            Lambda.GetFunctionRecursionConfigResponse(
                recursiveLoop: try Self.recursiveLoop(try FunctionLookup.find(id, rows), rows))
        }
    }

    /// Whether recursive loops through the function are stopped.
    static func stopsLoops(_ function: StoredFunction, _ rows: borrowing CatalogTransaction) throws -> Bool {
        try recursiveLoop(function, rows) != .allow
    }

    private static func recursiveLoop(
        _ function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> Lambda.RecursiveLoop {
        guard let setting = try rows.setting(.recursionConfig, of: function) else { return .terminate }
        let config: Lambda.PutFunctionRecursionConfigResponse = try LambdaStore.decode(setting.document)
        return config.recursiveLoop ?? .terminate
    }
}
