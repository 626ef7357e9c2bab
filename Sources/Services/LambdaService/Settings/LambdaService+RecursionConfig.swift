internal import ServiceKit
internal import LambdaModel
internal import Catalog

extension LambdaService {
    /// Sets whether a loop of invocations that leads back to the function is ended.
    ///
    /// Source: *PutFunctionRecursionConfig* in the Lambda API reference.
    func putFunctionRecursionConfig(
        _ request: Lambda.PutFunctionRecursionConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.PutFunctionRecursionConfigResponse {
        let id = try resolveFunctionAlone(request.functionName, context)
        let config = Lambda.PutFunctionRecursionConfigResponse(recursiveLoop: request.recursiveLoop)
        try writing { rows in
            let setting = FunctionSetting(document: Self.encode(config))
            try rows.put(setting, as: .recursionConfig, of: try Self.find(id, rows))
        }
        routes.forget(id)
        return config
    }

    /// Tells whether a loop of invocations that leads back to the function is ended; it is, where nothing is set.
    ///
    /// Source: *GetFunctionRecursionConfig* in the Lambda API reference.
    func getFunctionRecursionConfig(
        _ request: Lambda.GetFunctionRecursionConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetFunctionRecursionConfigResponse {
        let id = try resolveFunctionAlone(request.functionName, context)
        return try reading { rows in
            Lambda.GetFunctionRecursionConfigResponse(
                recursiveLoop: try Self.recursiveLoop(try Self.find(id, rows), rows))
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
        let config: Lambda.PutFunctionRecursionConfigResponse = try decode(setting.document)
        return config.recursiveLoop ?? .terminate
    }
}
