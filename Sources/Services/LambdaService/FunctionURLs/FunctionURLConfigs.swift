internal import AWSProtocol
internal import Catalog
internal import LambdaModel
internal import ServiceKit

/// The use cases of function URLs that work while there are none: tools read and list them before they create or delete
/// a function.
struct FunctionURLConfigs: Sendable {
    let store: LambdaStore
    let resolver: FunctionResolver

    /// Lists the URLs of a function: none.
    ///
    /// Source: *ListFunctionUrlConfigs* in the Lambda API reference.
    func listFunctionURLConfigs(
        _ request: Lambda.ListFunctionUrlConfigsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListFunctionUrlConfigsResponse {
        let function = try resolver.resolve(request.functionName, nil, context).function
        return try store.read { rows in
            guard try rows.function(function) != nil else {
                throw ServiceError(.resourceNotFound, "Function does not exist")
            }
            return Lambda.ListFunctionUrlConfigsResponse(functionUrlConfigs: [])
        }
    }

    /// Describes a URL, which does not exist.
    ///
    /// Source: *GetFunctionUrlConfig* in the Lambda API reference.
    func getFunctionURLConfig(
        _ request: Lambda.GetFunctionUrlConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetFunctionUrlConfigResponse {
        _ = try resolver.resolve(request.functionName, request.qualifier, context)
        throw .noSuchResource
    }

    /// Deletes a URL, which does not exist.
    ///
    /// Source: *DeleteFunctionUrlConfig* in the Lambda API reference.
    func deleteFunctionURLConfig(
        _ request: Lambda.DeleteFunctionUrlConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        _ = try resolver.resolve(request.functionName, request.qualifier, context)
        throw .noSuchResource
    }
}
