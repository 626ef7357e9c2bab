internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of the resource-based policies of functions, versions and aliases.
///
/// The revision of a policy is that of the function, version or alias itself, which changes with its policy.
struct FunctionPolicies: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver

    init(store: LambdaStore, resolver: FunctionResolver) {
        self.store = store
        self.resolver = resolver
    }

    /// Allows an action on a function, or on a version or alias of it, to an account, a service or everyone.
    ///
    /// Source: *AddPermission* in the Lambda API reference.
    func addPermission(
        _ request: Lambda.AddPermissionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.AddPermissionResponse {
        let target = try resolver.resolve(request.functionName, request.qualifier, context)
        guard target.qualifier != .latest else {
            throw .invalidParameter("We currently do not support adding policies for $LATEST.")
        }
        let statement = try store.write { rows in
            let function = try FunctionLookup.find(target.function, rows)
            try Self.check(revision: request.revisionId, of: target, function, rows)
            var policy = try Self.policy(of: function, target.settingQualifier, rows) ?? ResourcePolicy()
            let statement = try PolicyStatement(request, on: target)
            try policy.add(statement)
            try Self.put(policy, of: target, function, rows)
            return statement
        }
        return Lambda.AddPermissionResponse(statement: statement.json)
    }

    /// Removes a statement that *AddPermission* added. A policy without statements is deleted.
    ///
    /// Source: *RemovePermission* in the Lambda API reference.
    func removePermission(
        _ request: Lambda.RemovePermissionRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let target = try resolver.resolve(request.functionName, request.qualifier, context)
        return try store.write { rows in
            guard let function = try rows.function(target.function) else {
                throw ServiceError(.resourceNotFound, "No policy found for: \(target.function)")
            }
            _ = try Self.revision(of: target, function, rows)
            guard var policy = try Self.policy(of: function, target.settingQualifier, rows) else {
                throw ServiceError.noPolicy
            }
            try policy.remove(request.statementId)
            try Self.check(revision: request.revisionId, of: target, function, rows)
            try Self.put(policy, of: target, function, rows)
            return NoMembers()
        }
    }

    /// Returns the policy of a function, or of a version or alias of it.
    ///
    /// Source: *GetPolicy* in the Lambda API reference.
    func getPolicy(
        _ request: Lambda.GetPolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetPolicyResponse {
        let target = try resolver.resolve(request.functionName, request.qualifier, context)
        return try store.read { rows in
            let function = try FunctionLookup.find(target.function, rows)
            guard let policy = try Self.policy(of: function, target.settingQualifier, rows) else {
                throw ServiceError(.resourceNotFound, "The resource you requested does not exist.")
            }
            return Lambda.GetPolicyResponse(
                policy: policy.text, revisionId: try Self.revision(of: target, function, rows))
        }
    }
}

extension FunctionPolicies {
    /// Reads the policy of a qualifier; `nil` where it has no statements.
    static func policy(
        of function: StoredFunction, _ qualifier: String, _ rows: borrowing CatalogTransaction
    ) throws -> ResourcePolicy? {
        guard let setting = try rows.setting(.policy, of: function, qualifier: qualifier) else { return nil }
        return try ResourcePolicy(text: String(decoding: setting.document, as: UTF8.self))
    }

    private static func put(
        _ policy: ResourcePolicy, of target: FunctionTarget, _ function: StoredFunction,
        _ rows: borrowing CatalogTransaction
    ) throws {
        if policy.statements.isEmpty {
            try rows.deleteSetting(.policy, of: function, qualifier: target.settingQualifier)
        } else {
            let setting = FunctionSetting(qualifier: target.settingQualifier, document: Array(policy.text.utf8))
            try rows.put(setting, as: .policy, of: function)
        }
        try renewRevision(of: target, function, rows)
    }

    private static func check(
        revision: String?, of target: FunctionTarget, _ function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws {
        let current = try self.revision(of: target, function, rows)
        guard revision == nil || revision == current else { throw ServiceError.staleRevision("GetFunction/GetAlias") }
    }

    /// The revision of a function, version or alias, which must exist.
    private static func revision(
        of target: FunctionTarget, _ function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws -> String? {
        guard case .alias = target.qualifier else {
            return try FunctionLookup.find(target, rows).document.configuration.revisionId
        }
        return try Aliases.alias(target, of: function, rows).revisionId
    }

    private static func renewRevision(
        of target: FunctionTarget, _ function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws {
        let revision = FunctionDocument.newRevision()
        if case .alias(let name) = target.qualifier, let record = try rows.alias(name, of: function) {
            var alias: Lambda.AliasConfiguration = try LambdaStore.decode(record.document)
            alias.revisionId = revision
            try rows.put(
                AliasRecord(
                    name: name, version: record.version, secondVersion: record.secondVersion,
                    document: LambdaStore.encode(alias)),
                of: function)
        } else {
            let found = try FunctionLookup.find(target, rows)
            var document = found.document
            document.configuration.revisionId = revision
            try rows.setDocument(document.bytes, ofVersion: found.record.version, of: function)
        }
    }
}
