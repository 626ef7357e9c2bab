internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of the resource-based policies of layer versions.
///
/// A layer version never changes, so its policy has a revision of its own.
struct LayerPolicies: Sendable {
    private let store: LambdaStore
    private let layers: Layers

    init(store: LambdaStore, layers: Layers) {
        self.store = store
        self.layers = layers
    }

    /// Allows an account, an organization or everyone to use a layer version.
    ///
    /// Source: *AddLayerVersionPermission* in the Lambda API reference.
    func addLayerVersionPermission(
        _ request: Lambda.AddLayerVersionPermissionRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.AddLayerVersionPermissionResponse {
        let arn = try layers.layerVersionARN(request.layerName, request.versionNumber, context)
        let statement = try LayerPolicyRules.statement(request, on: arn)
        let revision = try changePolicy(of: arn, guardedBy: request.revisionId) { policy in
            policy = policy ?? ResourcePolicy()
            try policy?.add(statement)
        }
        return Lambda.AddLayerVersionPermissionResponse(statement: statement.json, revisionId: revision)
    }

    /// Removes a statement that *AddLayerVersionPermission* added.
    ///
    /// Source: *RemoveLayerVersionPermission* in the Lambda API reference.
    func removeLayerVersionPermission(
        _ request: Lambda.RemoveLayerVersionPermissionRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let arn = try layers.layerVersionARN(request.layerName, request.versionNumber, context)
        _ = try changePolicy(of: arn, guardedBy: request.revisionId) { policy in
            guard policy != nil else { throw ServiceError.noPolicy }
            try policy?.remove(request.statementId)
        }
        return NoMembers()
    }

    /// Returns the policy of a layer version.
    ///
    /// Source: *GetLayerVersionPolicy* in the Lambda API reference.
    func getLayerVersionPolicy(
        _ request: Lambda.GetLayerVersionPolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetLayerVersionPolicyResponse {
        let arn = try layers.layerVersionARN(request.layerName, request.versionNumber, context)
        return try store.read { rows in
            guard let stored = try rows.layerVersion(arn) else { throw Self.noLayerVersion(arn) }
            guard let document = stored.policy else { throw ServiceError.noPolicy }
            return try LambdaStore.decode(document)
        }
    }
}

extension LayerPolicies {
    /// The policy of a layer version and its revision; `nil` where it has no statements, or there is no such version.
    static func policy(
        of arn: LayerVersionARN, _ rows: borrowing CatalogTransaction
    ) throws -> (policy: ResourcePolicy, revision: String?)? {
        guard let document = try rows.layerVersion(arn)?.policy else { return nil }
        let stored: Lambda.GetLayerVersionPolicyResponse = try LambdaStore.decode(document)
        return (try ResourcePolicy(text: stored.policy ?? ""), stored.revisionId)
    }

    /// Changes a layer version's policy.
    ///
    /// - Parameter revision: the revision that the policy must have; `nil` for any.
    /// - Returns: the new revision.
    private func changePolicy(
        of arn: LayerVersionARN, guardedBy revision: String?,
        _ change: (inout ResourcePolicy?) throws -> Void
    ) throws(ServiceError) -> String {
        try store.write { rows in
            guard let stored = try rows.layerVersion(arn) else { throw Self.noLayerVersion(arn) }
            let current = try Self.policy(of: arn, rows)
            var policy = current?.policy
            try change(&policy)
            guard revision == nil || revision == current?.revision else {
                throw ServiceError.staleRevision("GetLayerPolicy")
            }
            let next = FunctionDocument.newRevision()
            let isEmpty = policy?.statements.isEmpty ?? true
            let document = isEmpty ? nil : Lambda.GetLayerVersionPolicyResponse(policy: policy?.text, revisionId: next)
            try rows.setPolicy(document.map { LambdaStore.encode($0) }, of: stored)
            return next
        }
    }

    private static func noLayerVersion(_ arn: LayerVersionARN) -> ServiceError {
        ServiceError(.resourceNotFound, "Layer version \(arn) does not exist.")
    }
}
