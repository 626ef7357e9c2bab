internal import ServiceKit
internal import AWSProtocol
internal import Catalog
internal import Domain
internal import IAMModel

extension Identities {
    /// Makes a managed policy.
    ///
    /// Source: *CreatePolicy* in the IAM API reference.
    func createPolicy(
        _ request: IAM.CreatePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.CreatePolicyResponse {
        let text = try Self.managedPolicy(request.policyDocument)
        let tags = try TagList(request.tags ?? [], quota: "TagsPerPolicy").tags
        let arn = PolicyARN(account: context.account, path: request.path ?? "/", name: request.policyName)
        let policy = IAM.Policy(
            policyName: arn.name, policyId: Self.makeIdentifier("ANPA"), arn: arn.description, path: arn.path,
            description: request.description, createDate: Self.now(), tags: tags)
        let document = ManagedPolicyDocument(policy: policy, text: text)
        let id = EntityID(.policy, account: context.account, name: arn.name)
        let record = EntityRecord(id: id, path: arn.path, document: document.bytes)
        try decided(try keeping { try catalog.createEntity(record) }) { _ in
            ServiceError(
                .entityAlreadyExists,
                "A policy called \(arn.name) already exists. Duplicate names are not allowed.")
        }
        var answer = document.policy.listed(attached: 0, bounding: 0)
        answer.tags = tags.isEmpty ? nil : tags
        return IAM.CreatePolicyResponse(policy: answer)
    }

    /// Describes a managed policy.
    ///
    /// Source: *GetPolicy* in the IAM API reference.
    func getPolicy(
        _ request: IAM.GetPolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.GetPolicyResponse {
        let arn = try policyARN(request.policyArn)
        let policy = try policyDocument(arn, context).policy
        var answer = try listed(policy, arn, context)
        answer.description = policy.description
        answer.tags = policy.tags ?? []
        return IAM.GetPolicyResponse(policy: answer)
    }

    /// Lists managed policies: the account's own by name, then AWS's by name.
    ///
    /// Source: *ListPolicies* in the IAM API reference.
    func listPolicies(
        _ request: IAM.ListPoliciesRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListPoliciesResponse {
        let size = IdentityPage<IAM.Policy>.size(request.maxItems)
        let last = try IdentityPage<IAM.Policy>.key(request.marker, listing: "managed policies")
        var found: [IAM.Policy] = []
        if request.scope != .aws, !(last?.hasPrefix(Self.awsKey) ?? false) {
            let records = try keeping {
                try catalog.entities(
                    .policy, account: context.account, pathPrefix: request.pathPrefix ?? "/", usage: request.usage,
                    after: String(last?.dropFirst() ?? ""), limit: size + 1)
            }
            found = try records.map { record throws(ServiceError) in
                let document: ManagedPolicyDocument = try read(record)
                let arn = PolicyARN(account: context.account, path: record.path, name: record.id.name)
                return try listed(document.policy, arn, context)
            }
        }
        if request.scope != .local, found.count <= size {
            let after = last.flatMap { $0.hasPrefix(Self.awsKey) ? String($0.dropFirst()) : nil } ?? ""
            found += try listedOfAWS(request, after: after, context)
        }
        let page = IdentityPage(found, size: size, listing: "managed policies") { policy in
            (policy.arn?.hasPrefix("arn:aws:iam::aws:") == true ? Self.awsKey : "0") + (policy.policyName ?? "")
        }
        return IAM.ListPoliciesResponse(
            policies: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    /// What the key of a marker begins with among AWS's own policies.
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

    /// Deletes a managed policy that nobody uses, and that has one version only.
    ///
    /// Source: *DeletePolicy* in the IAM API reference.
    func deletePolicy(
        _ request: IAM.DeletePolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let id = try ownPolicy(request.policyArn, context)
        let check: (EntityRecord) -> ServiceError? = { record in
            do throws(ServiceError) {
                let document: ManagedPolicyDocument = try read(record)
                return document.versions.count > 1 ? Self.hasVersions : nil
            } catch {
                return error
            }
        }
        let outcome = try keeping {
            try catalog.deleteEntity(id, unless: check) { refusal in
                refusal == .inUse
                    ? ServiceError(.deleteConflict, "Cannot delete a policy attached to entities.")
                    : .noPolicy(request.policyArn)
            }
        }
        try outcome.get()
        return NoMembers()
    }

    private static let hasVersions = ServiceError(
        .deleteConflict,
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            + "The default version is deleted with the policy.")
}

extension Identities {
    /// Reads the ARN of a managed policy.
    func policyARN(_ text: String) throws(ServiceError) -> PolicyARN {
        guard let arn = PolicyARN(text) else {
            throw ServiceError(.invalidInput, "ARN \(text.prefix(2048)) is not valid.")
        }
        return arn
    }

    /// Reads the text of a managed policy.
    static func managedPolicy(_ text: String) throws(ServiceError) -> String {
        let policy = try PolicyText(permissions: text)
        guard policy.quotaCharacters <= IdentityLimits.managedPolicyCharacters else {
            throw .quota("PolicySize", IdentityLimits.managedPolicyCharacters)
        }
        return policy.text
    }

    /// What there is to say of a managed policy that the caller's account may use.
    func policyDocument(_ arn: PolicyARN, _ context: RequestContext) throws(ServiceError) -> ManagedPolicyDocument {
        guard arn.account != nil else { return AWSManagedPolicies.document(arn) }
        guard arn.account == context.account,
            let record = try keeping({
                try catalog.entity(EntityID(.policy, account: context.account, name: arn.name))
            }), record.path == arn.path
        else { throw .noPolicy(arn.description) }
        return try read(record)
    }

    /// The row of a managed policy that the caller may change.
    func ownPolicy(_ text: String, _ context: RequestContext) throws(ServiceError) -> EntityID {
        let arn = try policyARN(text)
        guard arn.account != nil else {
            throw ServiceError(.accessDenied, "Policy \(arn) is of AWS; only AWS changes it.")
        }
        _ = try policyDocument(arn, context)
        return EntityID(.policy, account: context.account, name: arn.name)
    }

    func changePolicy(
        _ text: String, _ context: RequestContext,
        _ body: (inout ManagedPolicyDocument) throws(ServiceError) -> Void
    ) throws(ServiceError) {
        try change(try ownPolicy(text, context), missing: .noPolicy(text), body)
    }

    private func listed(
        _ policy: IAM.Policy, _ arn: PolicyARN, _ context: RequestContext
    ) throws(ServiceError) -> IAM.Policy {
        try keeping {
            policy.listed(
                attached: try catalog.attachments(of: arn, account: context.account, as: .permissions).count,
                bounding: try catalog.attachments(of: arn, account: context.account, as: .boundary).count)
        }
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
    /// The ways in which somebody must use a policy so that it is listed; empty means that nobody need.
    fileprivate var usage: Set<Attachment.Usage> {
        switch policyUsageFilter {
        case .some(.permissionsBoundary): [.boundary]
        case .some: [.permissions]
        case nil: onlyAttached == true ? [.permissions, .boundary] : []
        }
    }
}
