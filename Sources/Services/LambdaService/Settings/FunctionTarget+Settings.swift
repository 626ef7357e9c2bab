internal import ServiceKit
internal import Catalog
internal import Domain

// How settings find what they are for.
extension LambdaService {
    /// Reads the name of a function for a setting that versions and aliases do not have.
    func resolveFunctionAlone(_ name: String, _ context: RequestContext) throws(ServiceError) -> FunctionID {
        let target = try resolve(name, nil, context)
        guard target.qualifier == nil else {
            throw .invalidParameter(
                "This operation is permitted on Lambda functions only. Aliases and versions do not support this "
                    + "operation. Please specify either a function name or an unqualified function ARN.")
        }
        return target.function
    }

    /// Reads the name of a function for a setting of a version or alias; without a qualifier it is `$LATEST`'s.
    func resolveVersion(
        _ name: String, _ qualifier: String?, _ context: RequestContext
    ) throws(ServiceError) -> FunctionTarget {
        let target = try resolve(name, qualifier, context)
        return FunctionTarget(function: target.function, qualifier: target.qualifier ?? .latest)
    }

    /// A function, if the version or alias that a target names is there.
    static func existing(
        _ target: FunctionTarget, _ rows: borrowing CatalogTransaction
    ) throws -> StoredFunction? {
        guard let function = try rows.function(target.function) else { return nil }
        switch target.qualifier {
        case nil: return function
        case .version(let version): return try rows.version(version, of: function).map { _ in function }
        case .alias(let name): return try rows.alias(name, of: function).map { _ in function }
        }
    }
}
