internal import ServiceKit
internal import AWSProtocol
internal import Domain
internal import IAMModel

/// The tags of roles and managed policies.
struct Tags: Sendable {
    let store: IAMStore

    /// Sets tags of a role.
    ///
    /// Source: *TagRole* in the IAM API reference.
    func tagRole(_ request: IAM.TagRoleRequest, _ context: RequestContext) throws(ServiceError) -> NoMembers {
        let tags = try TagList(request.tags, quota: "TagsPerRole")
        try store.changeRole(request.roleName, of: context.account) { document throws(ServiceError) in
            document.role.tags = try tags.over(document.role.tags ?? [])
        }
        return NoMembers()
    }

    /// Removes tags from a role. Keys that it does not have are ignored.
    ///
    /// Source: *UntagRole* in the IAM API reference.
    func untagRole(
        _ request: IAM.UntagRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try store.changeRole(request.roleName, of: context.account) { document in
            document.role.tags = TagList.removing(request.tagKeys, from: document.role.tags)
        }
        return NoMembers()
    }

    /// Lists a role's tags.
    ///
    /// Source: *ListRoleTags* in the IAM API reference.
    func listOfRole(
        _ request: IAM.ListRoleTagsRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListRoleTagsResponse {
        let tags = try store.role(request.roleName, of: context.account).role.tags ?? []
        let page = try page(of: tags, request.marker, request.maxItems, "tags of role \(request.roleName)")
        return IAM.ListRoleTagsResponse(tags: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    /// Sets tags of a managed policy.
    ///
    /// Source: *TagPolicy* in the IAM API reference.
    func tagPolicy(
        _ request: IAM.TagPolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let tags = try TagList(request.tags, quota: "TagsPerPolicy")
        try store.changePolicy(try PolicyARN(checking: request.policyArn), of: context.account) {
            document throws(ServiceError) in
            document.policy.tags = try tags.over(document.policy.tags ?? [])
        }
        return NoMembers()
    }

    /// Removes tags from a managed policy. Keys that it does not have are ignored.
    ///
    /// Source: *UntagPolicy* in the IAM API reference.
    func untagPolicy(
        _ request: IAM.UntagPolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try store.changePolicy(try PolicyARN(checking: request.policyArn), of: context.account) { document in
            document.policy.tags = TagList.removing(request.tagKeys, from: document.policy.tags)
        }
        return NoMembers()
    }

    /// Lists a managed policy's tags.
    ///
    /// Source: *ListPolicyTags* in the IAM API reference.
    func listOfPolicy(
        _ request: IAM.ListPolicyTagsRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListPolicyTagsResponse {
        let arn = try PolicyARN(checking: request.policyArn)
        let tags = try store.policy(arn, of: context.account).policy.tags ?? []
        let page = try page(of: tags, request.marker, request.maxItems, "tags of \(arn)")
        return IAM.ListPolicyTagsResponse(tags: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    private func page(
        of tags: [IAM.Tag], _ marker: String?, _ size: Int?, _ listing: String
    ) throws(ServiceError) -> ListPage<IAM.Tag> {
        let paging = Paging(listing, maxItems: size)
        let last = try paging.key(of: marker)
        let sorted = tags.sorted { $0.key < $1.key }
        return paging.page(last.map { last in sorted.drop { $0.key <= last } } ?? sorted[...]) { $0.key }
    }
}
