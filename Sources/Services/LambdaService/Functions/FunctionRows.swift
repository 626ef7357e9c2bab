internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// Finds the rows of functions, versions and aliases in a transaction.
enum FunctionRows {
    /// Finds a function.
    ///
    /// - Throws: `.resourceNotFound`.
    static func find(
        _ function: FunctionID, _ rows: borrowing CatalogTransaction
    ) throws -> StoredFunction {
        guard let stored = try rows.function(function) else {
            throw FunctionRows.notFound(FunctionTarget(function: function, qualifier: nil))
        }
        return stored
    }

    /// Finds the version that a target means: `$LATEST` without a qualifier, an alias's first version.
    ///
    /// - Throws: `.resourceNotFound`.
    static func find(_ target: FunctionTarget, _ rows: borrowing CatalogTransaction) throws -> FoundVersion {
        guard let function = try rows.function(target.function),
            let version = try version(of: function, target, rows),
            let record = try rows.version(version, of: function)
        else { throw FunctionRows.notFound(target) }
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

    static func notFound(_ target: FunctionTarget) -> ServiceError {
        ServiceError(.resourceNotFound, "Function not found: \(target.arn)")
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
