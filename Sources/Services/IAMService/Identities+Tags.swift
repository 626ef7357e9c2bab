internal import ServiceKit
internal import AWSProtocol
internal import Domain
internal import IAMModel

extension Identities {
    /// Sets tags of a role.
    ///
    /// Source: *TagRole* in the IAM API reference.
    func tagRole(_ request: IAM.TagRoleRequest, _ context: RequestContext) throws(ServiceError) -> NoMembers {
        let tags = try TagList(request.tags, quota: "TagsPerRole")
        try changeRole(request.roleName, context) { document throws(ServiceError) in
            document.role.tags = try tags.over(document.role.tags ?? [])
        }
        return NoMembers()
    }

    /// Removes tags from a role; that it has none of these is no error.
    ///
    /// Source: *UntagRole* in the IAM API reference.
    func untagRole(
        _ request: IAM.UntagRoleRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try changeRole(request.roleName, context) { document in
            document.role.tags = TagList.removing(request.tagKeys, from: document.role.tags)
        }
        return NoMembers()
    }

    /// Lists a role's tags.
    ///
    /// Source: *ListRoleTags* in the IAM API reference.
    func listRoleTags(
        _ request: IAM.ListRoleTagsRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListRoleTagsResponse {
        let tags = try roleDocument(request.roleName, context).role.tags ?? []
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
        try changePolicy(request.policyArn, context) { document throws(ServiceError) in
            document.policy.tags = try tags.over(document.policy.tags ?? [])
        }
        return NoMembers()
    }

    /// Removes tags from a managed policy; that it has none of these is no error.
    ///
    /// Source: *UntagPolicy* in the IAM API reference.
    func untagPolicy(
        _ request: IAM.UntagPolicyRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        try changePolicy(request.policyArn, context) { document in
            document.policy.tags = TagList.removing(request.tagKeys, from: document.policy.tags)
        }
        return NoMembers()
    }

    /// Lists a managed policy's tags.
    ///
    /// Source: *ListPolicyTags* in the IAM API reference.
    func listPolicyTags(
        _ request: IAM.ListPolicyTagsRequest, _ context: RequestContext
    ) throws(ServiceError) -> IAM.ListPolicyTagsResponse {
        let arn = try policyARN(request.policyArn)
        let tags = try policyDocument(arn, context).policy.tags ?? []
        let page = try page(of: tags, request.marker, request.maxItems, "tags of \(arn)")
        return IAM.ListPolicyTagsResponse(tags: page.elements, isTruncated: page.isTruncated, marker: page.marker)
    }

    private func page(
        of tags: [IAM.Tag], _ marker: String?, _ size: Int?, _ listing: String
    ) throws(ServiceError) -> IdentityPage<IAM.Tag> {
        let last = try IdentityPage<IAM.Tag>.key(marker, listing: listing)
        let sorted = tags.sorted { $0.key < $1.key }
        return IdentityPage(
            last.map { last in sorted.drop { $0.key <= last } } ?? sorted[...],
            size: IdentityPage<IAM.Tag>.size(size), listing: listing
        ) { $0.key }
    }
}
