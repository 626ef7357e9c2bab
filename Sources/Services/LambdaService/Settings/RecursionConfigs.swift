internal import ServiceKit
internal import LambdaModel
internal import Catalog

/// The use cases of recursive loop detection.
struct RecursionConfigs: Sendable {
    let store: LambdaStore
    let directory: FunctionDirectory

    /// Sets whether a loop of invocations that leads back to the function is ended.
    ///
    /// Source: *PutFunctionRecursionConfig* in the Lambda API reference.
    func putFunctionRecursionConfig(
        _ request: Lambda.PutFunctionRecursionConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.PutFunctionRecursionConfigResponse {
        let id = try directory.resolveFunctionAlone(request.functionName, context)
        let config = Lambda.PutFunctionRecursionConfigResponse(recursiveLoop: request.recursiveLoop)
        try store.write { rows in
            let setting = FunctionSetting(document: LambdaStore.encode(config))
            try rows.put(setting, as: .recursionConfig, of: try FunctionRows.find(id, rows))
        }
        return config
    }

    /// Tells whether a loop of invocations that leads back to the function is ended; it is, where nothing is set.
    ///
    /// Source: *GetFunctionRecursionConfig* in the Lambda API reference.
    func getFunctionRecursionConfig(
        _ request: Lambda.GetFunctionRecursionConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetFunctionRecursionConfigResponse {
        let id = try directory.resolveFunctionAlone(request.functionName, context)
        return try store.read { rows in
            Lambda.GetFunctionRecursionConfigResponse(
                recursiveLoop: try Self.recursiveLoop(try FunctionRows.find(id, rows), rows))
        }
    }

    /// Whether a loop that leads back to the function is ended.
    static func endsLoops(_ function: StoredFunction, _ rows: borrowing CatalogTransaction) throws -> Bool {
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
