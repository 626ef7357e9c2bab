internal import ServiceKit
internal import LambdaModel
internal import Catalog
internal import Domain

/// A function, or one version or alias of it, as a caller named it.
struct FunctionTarget: Hashable, Sendable {
    /// The function.
    let function: FunctionID
    /// The version or alias, where the caller named one.
    let qualifier: Qualifier?

    /// The ARN, with the caller's own qualifier.
    var arn: FunctionARN { FunctionARN(function, qualifier: qualifier) }
    /// The qualifier as settings are kept by; empty where there is none.
    var settingQualifier: String { qualifier?.description ?? "" }
}

/// A version of a function, found.
struct FoundVersion: Sendable {
    let function: StoredFunction
    let record: FunctionRecord
    /// Its configuration, with the ARN as the caller named it.
    var document: FunctionDocument
}

extension LambdaService {
    /// Reads what a caller calls a function.
    ///
    /// - Throws: `.accessDenied` for a function of another account, unless its policy lets the caller do this.
    func resolve(
        _ name: String, _ qualifier: String? = nil, _ context: RequestContext
    ) throws(ServiceError) -> FunctionTarget {
        let target: FunctionTarget
        do throws(FunctionReferenceError) {
            let reference = try FunctionReference(name, qualifier: qualifier)
            target = FunctionTarget(
                function: try reference.resolved(account: context.account, region: context.region),
                qualifier: reference.qualifier)
        } catch {
            throw Self.refusal(error, of: name, context)
        }
        try authorize(target, context)
        return target
    }

    /// Reads the name of a function where a qualifier has no place: *CreateFunction*, *CreateAlias* and others.
    func resolveUnqualified(_ name: String, _ context: RequestContext) throws(ServiceError) -> FunctionID {
        let target = try resolve(name, nil, context)
        guard target.qualifier == nil else {
            throw .invalidParameter("The function name \(name) must not have a qualifier.")
        }
        return target.function
    }

    private static func refusal(
        _ error: FunctionReferenceError, of name: String, _ context: RequestContext
    ) -> ServiceError {
        switch error {
        case .otherRegion: ServiceError(.resourceNotFound, error.description)
        case .invalidQualifier(let text): unknownQualifier(text, of: name, context)
        case .malformed, .qualifiersDiffer: .invalidParameter(error.description)
        }
    }

    /// The model admits more qualifiers than versions and aliases can have: `007`, `a$b`. There is no such version.
    private static func unknownQualifier(
        _ text: String, of name: String, _ context: RequestContext
    ) -> ServiceError {
        let error = FunctionReferenceError.invalidQualifier(text)
        do throws(FunctionReferenceError) {
            // But for `$`, its characters are those of aliases' names.
            guard text.split(separator: "$").allSatisfy({ AliasName("a\($0)") != nil }) else { throw error }
            let bare = name.hasSuffix(":\(text)") ? String(name.dropLast(text.count + 1)) : name
            let function = try FunctionReference(bare).resolved(account: context.account, region: context.region)
            return ServiceError(.resourceNotFound, "Function not found: \(function):\(text)")
        } catch {
            return .invalidParameter(error.description)
        }
    }

    /// Finds a function.
    ///
    /// - Throws: `.resourceNotFound`.
    static func find(
        _ function: FunctionID, _ rows: borrowing CatalogTransaction
    ) throws -> StoredFunction {
        guard let stored = try rows.function(function) else {
            throw notFound(FunctionTarget(function: function, qualifier: nil))
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
        else { throw notFound(target) }
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
}
