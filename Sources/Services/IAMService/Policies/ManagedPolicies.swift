internal import ServiceKit
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import IAMModel

/// Managed policies: those of the account, and AWS's own.
struct ManagedPolicies: Sendable {
    let store: IAMStore
    let clock: IAMClock

    /// Makes a managed policy.
    ///
    /// Source: *CreatePolicy* in the IAM API reference.
    func create(
        _ request: IAM.CreatePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.CreatePolicyResponse {
        let text = try PolicyText(managed: request.policyDocument).text
        let tags = try TagList(request.tags ?? [], quota: "TagsPerPolicy").tags
        let arn = PolicyARN(account: context.account, path: request.path ?? "/", name: request.policyName)
        let policy = IAM.Policy(
            policyName: arn.name, policyId: AccessKeyText.newEntityID("ANPA"), arn: arn.description, path: arn.path,
            description: request.description, createDate: clock.now, tags: tags)
        let document = ManagedPolicyDocument(policy: policy, text: text)
        try store.createPolicy(arn, of: context.account, document)
        var answer = document.policy.listed(attached: 0, bounding: 0)
        answer.tags = tags.isEmpty ? nil : tags
        return IAM.CreatePolicyResponse(policy: answer)
    }

    /// Describes a managed policy.
    ///
    /// Source: *GetPolicy* in the IAM API reference.
    func get(
        _ request: IAM.GetPolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.GetPolicyResponse {
        let arn = try PolicyARN(checking: request.policyArn)
        let policy = try store.policy(arn, of: context.account).policy
        var answer = try listed(policy, arn, context)
        answer.description = policy.description
        answer.tags = policy.tags ?? []
        return IAM.GetPolicyResponse(policy: answer)
    }

    /// Lists managed policies: the account's own by name, then AWS's by name.
    ///
    /// Source: *ListPolicies* in the IAM API reference.
    func list(
        _ request: IAM.ListPoliciesRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListPoliciesResponse {
        let paging = Paging("managed policies", maxItems: request.maxItems)
        let last = try paging.key(of: request.marker)
        var found: [IAM.Policy] = []
        if request.scope != .aws, !(last?.hasPrefix(Self.awsKey) ?? false) {
            let policies = try store.policies(
                of: context.account, pathPrefix: request.pathPrefix ?? "/", usage: request.usage,
                after: String(last?.dropFirst() ?? ""), limit: paging.limit)
            found = try policies.map { arn, document throws(ServiceError) in
                try listed(document.policy, arn, context)
            }
        }
        if request.scope != .local, found.count <= paging.size {
            let after = last.flatMap { $0.hasPrefix(Self.awsKey) ? String($0.dropFirst()) : nil } ?? ""
            found += try listedOfAWS(request, after: after, context)
        }
        let page = paging.page(found) { policy in
            (policy.arn?.hasPrefix("arn:aws:iam::aws:") == true ? Self.awsKey : "0") + (policy.policyName ?? "")
        }
        return IAM.ListPoliciesResponse(
            policies: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    /// The first character of a marker's key among AWS's own policies.
    private static let awsKey = "1"

    private func listedOfAWS(
        _ request: IAM.ListPoliciesRequest, after name: String, _ context: RequestContext
    ) throws(ServiceError) -> [IAM.Policy] {
        var policies: [IAM.Policy] = []
        for arn in AWSManagedPolicies.listed where arn.name > name && arn.path.hasPrefix(request.pathPrefix ?? "/") {
            let policy = try listed(AWSManagedPolicies.document(arn).policy, arn, context)
            let counts = [
                Attachment.Usage.permissions: policy.attachmentCount, .boundary: policy.permissionsBoundaryUsageCount,
            ]
            if request.usage.isEmpty || request.usage.contains(where: { (counts[$0] ?? 0) ?? 0 > 0 }) {
                policies.append(policy)
            }
        }
        return policies
    }

    /// Deletes a managed policy that no role uses and that has one version only.
    ///
    /// Source: *DeletePolicy* in the IAM API reference.
    func delete(
        _ request: IAM.DeletePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try store.deletePolicy(try PolicyARN(checking: request.policyArn), of: context.account)
        return NoMembers()
    }

    /// The policy as lists show it, with how often it is used.
    private func listed(
        _ policy: IAM.Policy, _ arn: PolicyARN, _ context: RequestContext
    ) throws(ServiceError) -> IAM.Policy {
        policy.listed(
            attached: try store.attachments(of: arn, in: context.account, as: .permissions).count,
            bounding: try store.attachments(of: arn, in: context.account, as: .boundary).count)
    }
}

extension IAM.Policy {
    /// The policy as *ListPolicies* answers it: without description and tags.
    ///
    /// Source: *Policy* in the IAM API reference.
    fileprivate func listed(attached: Int, bounding: Int) -> IAM.Policy {
        var answer = self
        answer.attachmentCount = attached
        answer.permissionsBoundaryUsageCount = bounding
        answer.isAttachable = true
        (answer.description, answer.tags) = (nil, nil)
        return answer
    }
}

extension IAM.ListPoliciesRequest {
    /// A policy is listed if a role uses it in one of these ways; empty lists every policy.
    fileprivate var usage: Set<Attachment.Usage> {
        switch policyUsageFilter {
        case .some(.permissionsBoundary): [.boundary]
        case .some: [.permissions]
        case nil: onlyAttached == true ? [.permissions, .boundary] : []
        }
    }
}
