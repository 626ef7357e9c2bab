internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of the resource-based policies of functions, versions and aliases.
///
/// A policy has a revision of its own. Where there is no policy yet, that of the function, version or alias counts.
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
            let stored = try Self.stored(of: function, target.settingQualifier, rows)
            try Self.check(revision: request.revisionId, of: target, function, stored, rows)
            var policy = stored?.policy ?? ResourcePolicy()
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
            let stored = try Self.stored(of: function, target.settingQualifier, rows)
            _ = try Self.revision(of: target, function, rows)
            guard var policy = stored?.policy else { throw ServiceError.noPolicy }
            try policy.remove(request.statementId)
            try Self.check(revision: request.revisionId, of: target, function, stored, rows)
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
            guard let function = try rows.function(target.function),
                let stored = try Self.stored(of: function, target.settingQualifier, rows)
            else { throw ServiceError.noSuchResource }
            return Lambda.GetPolicyResponse(
                policy: stored.policy.text,
                revisionId: try stored.revision ?? Self.revision(of: target, function, rows))
        }
    }
}

extension FunctionPolicies {
    /// Reads the policy of a qualifier; `nil` where it has no statements.
    static func policy(
        of function: StoredFunction, _ qualifier: String, _ rows: borrowing CatalogTransaction
    ) throws -> ResourcePolicy? {
        try stored(of: function, qualifier, rows)?.policy
    }

    /// A policy and its revision. Policies of the first releases are stored without one.
    private typealias Stored = (policy: ResourcePolicy, revision: String?)

    private static func stored(
        of function: StoredFunction, _ qualifier: String, _ rows: borrowing CatalogTransaction
    ) throws -> Stored? {
        guard let setting = try rows.setting(.policy, of: function, qualifier: qualifier) else { return nil }
        let stored: Lambda.GetPolicyResponse = try LambdaStore.decode(setting.document)
        let text = stored.policy ?? String(decoding: setting.document, as: UTF8.self)
        return (try ResourcePolicy(text: text), stored.revisionId)
    }

    private static func put(
        _ policy: ResourcePolicy, of target: FunctionTarget, _ function: StoredFunction,
        _ rows: borrowing CatalogTransaction
    ) throws {
        guard !policy.statements.isEmpty else {
            try rows.deleteSetting(.policy, of: function, qualifier: target.settingQualifier)
            return
        }
        let document = LambdaStore.encode(
            Lambda.GetPolicyResponse(policy: policy.text, revisionId: FunctionDocument.newRevision()))
        let setting = FunctionSetting(qualifier: target.settingQualifier, document: document)
        try rows.put(setting, as: .policy, of: function)
    }

    private static func check(
        revision: String?, of target: FunctionTarget, _ function: StoredFunction, _ stored: Stored?,
        _ rows: borrowing CatalogTransaction
    ) throws {
        let current = try self.revision(of: target, function, rows)
        guard revision == nil || revision == stored?.revision ?? current else {
            throw ServiceError.staleRevision("GetPolicy")
        }
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
}
