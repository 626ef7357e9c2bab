internal import ServiceKit
internal import AWSProtocol
internal import Domain
internal import IAMModel

/// The versions of managed policies.
struct PolicyVersions: Sendable {
    let store: IAMStore
    let clock: IAMClock

    /// Adds a version to a managed policy.
    ///
    /// Source: *CreatePolicyVersion* in the IAM API reference.
    func create(
        _ request: IAM.CreatePolicyVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.CreatePolicyVersionResponse {
        let text = try PolicyText(managed: request.policyDocument).text
        let arn = try PolicyARN(checking: request.policyArn)
        let limit = IdentityLimits.versionsPerPolicy
        var version: IAM.PolicyVersion?
        try store.changePolicy(arn, of: context.account) { document throws(ServiceError) in
            guard document.versions.count < limit else {
                throw ServiceError(
                    .limitExceeded,
                    "A managed policy can have up to \(limit) versions. Before you create a new version, you must "
                        + "delete an existing version.")
            }
            version = document.addVersion(text, isDefault: request.setAsDefault ?? false, at: clock.now)
        }
        return IAM.CreatePolicyVersionResponse(policyVersion: version)
    }

    /// Returns a version of a managed policy with its document.
    ///
    /// Source: *GetPolicyVersion* in the IAM API reference.
    func get(
        _ request: IAM.GetPolicyVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.GetPolicyVersionResponse {
        let arn = try PolicyARN(checking: request.policyArn)
        let missing = Self.noVersion(request.policyArn, request.versionId)
        let version: IAM.PolicyVersion?
        do throws(ServiceError) {
            version = try store.policy(arn, of: context.account).versions.first { $0.versionId == request.versionId }
        } catch {
            throw error.shape == .noSuchEntity ? missing : error
        }
        guard let version else { throw missing }
        return IAM.GetPolicyVersionResponse(policyVersion: version.withEncodedText)
    }

    /// Lists the versions of a managed policy, the newest first.
    ///
    /// Source: *ListPolicyVersions* in the IAM API reference.
    func list(
        _ request: IAM.ListPolicyVersionsRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListPolicyVersionsResponse {
        let arn = try PolicyARN(checking: request.policyArn)
        let paging = Paging("versions of \(arn)", maxItems: request.maxItems)
        let versions = try store.policy(arn, of: context.account).versions.map(\.withoutText)
        let last = try paging.key(of: request.marker).flatMap { Int($0) } ?? .max
        let page = paging.page(versions.drop { $0.number >= last }) { String($0.number) }
        return IAM.ListPolicyVersionsResponse(
            versions: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    /// Puts a version into effect.
    ///
    /// Source: *SetDefaultPolicyVersion* in the IAM API reference.
    func setDefault(
        _ request: IAM.SetDefaultPolicyVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try change(request.versionId, of: request.policyArn, context) { document in
            document.setDefault(request.versionId, at: clock.now)
        }
        return NoMembers()
    }

    /// Deletes a version that is not in effect.
    ///
    /// Source: *DeletePolicyVersion* in the IAM API reference.
    func delete(
        _ request: IAM.DeletePolicyVersionRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try change(request.versionId, of: request.policyArn, context) { document throws(ServiceError) in
            guard document.policy.defaultVersionId != request.versionId else {
                throw ServiceError(.deleteConflict, "Cannot delete the default version of a policy.")
            }
            document.versions.removeAll { $0.versionId == request.versionId }
        }
        return NoMembers()
    }

    /// Changes a policy that has the version. A missing policy is reported as a missing version.
    private func change(
        _ id: String, of arn: String, _ context: RequestContext,
        _ body: (inout ManagedPolicyDocument) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        do throws(ServiceError) {
            try store.changePolicy(try PolicyARN(checking: arn), of: context.account) { document throws(ServiceError) in
                guard document.versions.contains(where: { $0.versionId == id }) else { throw Self.noVersion(arn, id) }
                try body(&document)
            }
        } catch {
            throw error.shape == .noSuchEntity ? Self.noVersion(arn, id) : error
        }
    }

    private static func noVersion(_ arn: String, _ id: String) -> ServiceError {
        ServiceError(.noSuchEntity, "Policy \(arn) version \(id) does not exist or is not attachable.")
    }
}

extension IAM.PolicyVersion {
    /// The number in the version's identifier.
    fileprivate var number: Int { versionId.flatMap { Int($0.dropFirst()) } ?? 0 }
}
