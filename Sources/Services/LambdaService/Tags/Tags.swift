internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of tags.
struct Tags: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver

    init(store: LambdaStore, resolver: FunctionResolver) {
        self.store = store
        self.resolver = resolver
    }

    /// Adds tags to a function or a code signing configuration; tags with the same keys are replaced.
    ///
    /// Source: *TagResource* in the Lambda API reference.
    func tagResource(
        _ request: Lambda.TagResourceRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let resource = try taggedResource(request.resource, context)
        guard !request.tags.isEmpty else {
            throw .invalidParameter("An error occurred and the request cannot be processed.")
        }
        try TagRules.check(request.tags)
        try store.write { rows in
            let tags = try Self.tags(on: resource, rows).merging(request.tags) { $1 }
            try TagRules.check(tags)
            try Self.put(tags: tags, on: resource, rows)
        }
        return NoMembers()
    }

    /// Removes tags; keys without a tag are ignored.
    ///
    /// Source: *UntagResource* in the Lambda API reference.
    func untagResource(
        _ request: Lambda.UntagResourceRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let resource = try taggedResource(request.resource, context)
        try store.write { rows in
            let tags = try Self.tags(on: resource, rows).filter { !request.tagKeys.contains($0.key) }
            try Self.put(tags: tags, on: resource, rows)
        }
        return NoMembers()
    }

    /// Lists the tags of a function or a code signing configuration.
    ///
    /// Source: *ListTags* in the Lambda API reference.
    func listTags(
        _ request: Lambda.ListTagsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListTagsResponse {
        let resource = try taggedResource(request.resource, context)
        return Lambda.ListTagsResponse(tags: try store.read { rows in try Self.tags(on: resource, rows) })
    }
}

/// A resource that can have tags.
private enum TaggedResource {
    case function(FunctionID)
    case codeSigningConfig(CodeSigningConfigARN)
}

extension Tags {
    /// Resolves the ARN of a tagged resource, and authorizes the request.
    private func taggedResource(
        _ text: String, _ context: RequestContext
    ) throws(ServiceError) -> TaggedResource {
        if CodeSigningConfigARN(text) != nil {
            return .codeSigningConfig(try CodeSigningConfigs.parse(text, context))
        }
        // Strata has no event source mappings and capacity providers yet, so their ARNs are not found.
        guard FunctionARN(text) != nil else { throw Self.notFound(text) }
        let target = try resolver.resolve(text, nil, context)
        guard target.qualifier == nil else {
            throw .invalidParameter(
                "Tags on function aliases and versions are not supported. Please specify a function ARN.")
        }
        return .function(target.function)
    }

    private static func notFound(_ arn: String) -> ServiceError {
        let kinds = [":event-source-mapping:": "Event source mapping", ":capacity-provider:": "Capacity provider"]
        guard let kind = kinds.first(where: { arn.contains($0.key) })?.value else { return .noSuchResource }
        return ServiceError(.resourceNotFound, "\(kind) not found: \(arn)")
    }

    private static func tags(
        on resource: TaggedResource, _ rows: borrowing CatalogTransaction
    ) throws -> [String: String] {
        switch resource {
        case .function(let id): return try TagRows.tags(of: try FunctionLookup.find(id, rows), rows) ?? [:]
        case .codeSigningConfig(let arn):
            _ = try CodeSigningConfigs.find(arn, rows)
            guard let document = try rows.resource(arn.id, in: arn.tagScope) else { return [:] }
            let stored: Lambda.ListTagsResponse = try LambdaStore.decode(document)
            return stored.tags ?? [:]
        }
    }

    private static func put(
        tags: [String: String], on resource: TaggedResource, _ rows: borrowing CatalogTransaction
    ) throws {
        switch resource {
        case .function(let id):
            let found = try FunctionLookup.find(FunctionTarget(function: id, qualifier: nil), rows)
            try TagRows.put(tags: tags, of: found.function, rows)
            var document = found.document
            document.configuration.revisionId = FunctionDocument.newRevision()
            try rows.setDocument(document.bytes, ofVersion: .latest, of: found.function)
        case .codeSigningConfig(let arn): try TagRows.put(tags: tags, on: arn, rows)
        }
    }
}
