internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// Looks up the rows of functions, versions and aliases in a transaction.
enum FunctionLookup {
    /// Finds a function.
    ///
    /// - Throws: `.resourceNotFound`.
    static func find(
        _ function: FunctionID, _ rows: borrowing CatalogTransaction
    ) throws -> StoredFunction {
        guard let stored = try rows.function(function) else {
            throw FunctionLookup.notFound(FunctionTarget(function: function, qualifier: nil))
        }
        return stored
    }

    /// Finds the version of a target: `$LATEST` without a qualifier, an alias's first version.
    ///
    /// - Throws: `.resourceNotFound`.
    static func find(_ target: FunctionTarget, _ rows: borrowing CatalogTransaction) throws -> FoundVersion {
        guard let function = try rows.function(target.function),
            let version = try version(of: function, target, rows),
            let record = try rows.version(version, of: function)
        else { throw FunctionLookup.notFound(target) }
        var document = try FunctionDocument(record)
        document.configuration.functionArn = target.arn.description
        return FoundVersion(function: function, record: record, document: document)
    }

    private static func version(
        of function: StoredFunction, _ target: FunctionTarget, _ rows: borrowing CatalogTransaction
    ) throws -> FunctionVersion? {
        switch target.qualifier {
        case nil: .latest
        case .version(let version): version
        case .alias(let name): try rows.alias(name, of: function)?.version
        }
    }

    /// The error for a target that does not exist.
    static func notFound(_ target: FunctionTarget) -> ServiceError {
        ServiceError(.resourceNotFound, "Function not found: \(target.arn)")
    }

    /// The function of a target; `nil` unless the target's version or alias exists.
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
