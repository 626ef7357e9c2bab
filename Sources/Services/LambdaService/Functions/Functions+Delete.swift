internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

extension Functions {
    /// Deletes a function with its settings, or one version of it. Running invocations complete. Deleting a version
    /// that does not exist succeeds, as on Lambda.
    ///
    /// Source: *DeleteFunction* in the Lambda API reference.
    func deleteFunction(
        _ request: Lambda.DeleteFunctionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.DeleteFunctionResponse {
        let target = try resolver.resolve(request.functionName, request.qualifier, context)
        switch target.qualifier {
        case nil: try delete(target.function)
        case .alias: throw .invalidParameter("Deletion of aliases is not currently supported.")
        case .version(.latest):
            throw .invalidParameter("$LATEST version cannot be deleted without deleting the function.")
        case .version(let version): try delete(version, of: target.function)
        }
        return Lambda.DeleteFunctionResponse(statusCode: 204)
    }

    private func delete(_ function: FunctionID) throws(ServiceError) {
        try store.write { rows in try rows.delete(try FunctionLookup.find(function, rows)) }
    }

    private func delete(_ version: FunctionVersion, of function: FunctionID) throws(ServiceError) {
        try store.write { rows in
            let stored = try FunctionLookup.find(function, rows)
            let aliases = try rows.aliasNames(using: version, of: stored)
            guard aliases.isEmpty else {
                let names = aliases.map(\.description).joined(separator: ", ")
                throw ServiceError(
                    .resourceConflict,
                    "Unable to delete version because the following aliases reference it: [\(names)]")
            }
            try rows.delete(version, of: stored)
        }
    }
}
