internal import Domain
internal import ServiceKit

// Resolves the functions, versions and aliases of settings.
extension FunctionResolver {
    /// Resolves the name of a function for a setting that versions and aliases do not have.
    func resolveFunctionAlone(_ name: String, _ context: RequestContext) throws(ServiceError) -> FunctionID {
        let target = try resolve(name, nil, context)
        guard target.qualifier == nil else {
            throw .invalidParameter(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
                    + "operation. Please specify either a function name or an unqualified function ARN.")
        }
        return target.function
    }

    /// Resolves the name of a function for a setting of a version or alias; without a qualifier it is `$LATEST`'s.
    func resolveVersion(
        _ name: String, _ qualifier: String?, _ context: RequestContext
    ) throws(ServiceError) -> FunctionTarget {
        let target = try resolve(name, qualifier, context)
        return FunctionTarget(function: target.function, qualifier: target.qualifier ?? .latest)
    }
}
