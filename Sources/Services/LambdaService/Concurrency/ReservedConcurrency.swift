internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of reserved concurrency.
struct ReservedConcurrency: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver
    private let rules: ConcurrencyRules

    init(store: LambdaStore, resolver: FunctionResolver, rules: ConcurrencyRules) {
        self.store = store
        self.resolver = resolver
        self.rules = rules
    }

    /// Reserves concurrency for a function.
    ///
    /// Source: *PutFunctionConcurrency* in the Lambda API reference.
    func putFunctionConcurrency(
        _ request: Lambda.PutFunctionConcurrencyRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.Concurrency {
        let id = try resolver.resolveFunctionAlone(request.functionName, context)
        let concurrency = Lambda.Concurrency(reservedConcurrentExecutions: request.reservedConcurrentExecutions)
        try store.write { rows in
            guard let function = try rows.function(id) else {
                // Only this operation names the version in the error, as recorded.
                throw FunctionLookup.notFound(FunctionTarget(function: id, qualifier: .latest))
            }
            try self.rules.check(
                reserving: request.reservedConcurrentExecutions, for: function, rows)
            let setting = FunctionSetting(
                amount: request.reservedConcurrentExecutions, document: LambdaStore.encode(concurrency))
            try rows.put(setting, as: .reservedConcurrency, of: function)
        }
        return concurrency
    }

    /// Returns a function's reserved concurrency; an empty response where it has none.
    ///
    /// Source: *GetFunctionConcurrency* in the Lambda API reference.
    func getFunctionConcurrency(
        _ request: Lambda.GetFunctionConcurrencyRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetFunctionConcurrencyResponse {
        let id = try resolver.resolveFunctionAlone(request.functionName, context)
        let amount = try store.read { rows in
            try rows.setting(.reservedConcurrency, of: try FunctionLookup.find(id, rows))?.amount
        }
        return Lambda.GetFunctionConcurrencyResponse(reservedConcurrentExecutions: amount)
    }

    /// Removes a function's reservation. Without one this succeeds, too.
    ///
    /// Source: *DeleteFunctionConcurrency* in the Lambda API reference.
    func deleteFunctionConcurrency(
        _ request: Lambda.DeleteFunctionConcurrencyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let id = try resolver.resolveFunctionAlone(request.functionName, context)
        _ = try store.write { rows in
            try rows.deleteSetting(.reservedConcurrency, of: try FunctionLookup.find(id, rows))
        }
        return NoMembers()
    }
}
