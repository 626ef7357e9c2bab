internal import SSMModel
internal import ServiceKit
internal import Store

/// The tags of parameters. Other resources of Systems Manager do not exist here.
struct ParameterTags: Sendable {
    let store: SSMStore

    /// Sets tags.
    ///
    /// Source: *AddTagsToResource* in the Systems Manager API reference.
    func add(
        _ request: SSM.AddTagsToResourceRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.AddTagsToResourceResult {
        let tags = try Self.byKey(checking: request.tags)
        try store.write { connection in
            let resource = try resource(request.resourceType, request.resourceId, context, connection)
            guard try connection.put(tags: tags, on: resource) <= SSMLimits.tags else {
                throw ServiceError(.tooManyTags, "")
            }
        }
        return SSM.AddTagsToResourceResult()
    }

    /// Removes tags. Keys that the resource does not have are ignored.
    ///
    /// Source: *RemoveTagsFromResource* in the Systems Manager API reference.
    func remove(
        _ request: SSM.RemoveTagsFromResourceRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.RemoveTagsFromResourceResult {
        try store.write { connection in
            let resource = try resource(request.resourceType, request.resourceId, context, connection)
            try connection.deleteTags(request.tagKeys, of: resource)
        }
        return SSM.RemoveTagsFromResourceResult()
    }

    /// Lists tags.
    ///
    /// Source: *ListTagsForResource* in the Systems Manager API reference.
    func list(
        _ request: SSM.ListTagsForResourceRequest, _ context: RequestContext
    ) throws(ServiceError) -> SSM.ListTagsForResourceResult {
        let tags = try store.read { connection in
            try connection.tags(of: resource(request.resourceType, request.resourceId, context, connection))
        }
        return SSM.ListTagsForResourceResult(
            tagList: tags.sorted { $0.key < $1.key }.map { SSM.Tag(key: $0.key, value: $0.value) })
    }

    private func resource(
        _ type: SSM.ResourceTypeForTagging, _ name: String, _ context: RequestContext,
        _ connection: borrowing Connection
    ) throws -> String {
        let scope = ParameterScope(context)
        guard type == .parameter, try connection.parameter(name, scope, at: store.nowMilliseconds()) != nil else {
            throw ServiceError(.invalidResourceID, "")
        }
        return scope.resource(name)
    }

    /// The tags of a request by key.
    static func byKey(checking tags: [SSM.Tag]) throws(ServiceError) -> [String: String] {
        guard tags.count <= SSMLimits.tags else { throw ServiceError(.tooManyTags, "") }
        if let tag = tags.first(where: { ResourceTags.isReserved($0.key) }) {
            throw ServiceError(.validation, "\(tag.key) is a reserved tag key: keys that begin with aws: are AWS's.")
        }
        guard Set(tags.map(\.key)).count == tags.count else {
            throw ServiceError(.validation, "The request has two tags with one key.")
        }
        return Dictionary(tags.map { ($0.key, $0.value) }) { first, _ in first }
    }
}
