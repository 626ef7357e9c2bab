internal import ServiceKit
internal import LambdaModel
internal import AWSProtocol
internal import Catalog
internal import Domain

/// The use cases of reserved concurrency.
struct ReservedConcurrency: Sendable {
    let store: LambdaStore
    let directory: FunctionDirectory
    let rules: ConcurrencyRules

    /// Reserves concurrency for a function.
    ///
    /// Source: *PutFunctionConcurrency* in the Lambda API reference.
    func putFunctionConcurrency(
        _ request: Lambda.PutFunctionConcurrencyRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.Concurrency {
        let id = try directory.resolveFunctionAlone(request.functionName, context)
        let concurrency = Lambda.Concurrency(reservedConcurrentExecutions: request.reservedConcurrentExecutions)
        try store.write { rows in
            guard let function = try rows.function(id) else {
                // This operation alone names the version, as recorded.
                throw FunctionRows.notFound(FunctionTarget(function: id, qualifier: .latest))
            }
            try self.rules.check(
                reserving: request.reservedConcurrentExecutions, for: function, rows)
            let setting = FunctionSetting(
                amount: request.reservedConcurrentExecutions, document: LambdaStore.encode(concurrency))
            try rows.put(setting, as: .reservedConcurrency, of: function)
        }
        return concurrency
    }

    /// Tells a function's reserved concurrency; nothing where it has none.
    ///
    /// Source: *GetFunctionConcurrency* in the Lambda API reference.
    func getFunctionConcurrency(
        _ request: Lambda.GetFunctionConcurrencyRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetFunctionConcurrencyResponse {
        let id = try directory.resolveFunctionAlone(request.functionName, context)
        let amount = try store.read { rows in
            try rows.setting(.reservedConcurrency, of: try FunctionRows.find(id, rows))?.amount
        }
        return Lambda.GetFunctionConcurrencyResponse(reservedConcurrentExecutions: amount)
    }

    /// Ends a function's reservation. Without one this succeeds too.
    ///
    /// Source: *DeleteFunctionConcurrency* in the Lambda API reference.
    func deleteFunctionConcurrency(
        _ request: Lambda.DeleteFunctionConcurrencyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let id = try directory.resolveFunctionAlone(request.functionName, context)
        _ = try store.write { rows in try rows.deleteSetting(.reservedConcurrency, of: try FunctionRows.find(id, rows))
        }
        return NoMembers()
    }
}
