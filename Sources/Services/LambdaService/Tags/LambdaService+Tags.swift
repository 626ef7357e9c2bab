internal import ServiceKit
internal import LambdaModel
internal import AWSProtocol
internal import Catalog
internal import Domain

extension LambdaService {
    /// Adds tags to a function or a code signing configuration; those of the same keys are replaced.
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
        try writing { rows in
            let tags = try Self.tags(on: resource, rows).merging(request.tags) { $1 }
            try TagRules.check(tags)
            try Self.put(tags: tags, on: resource, rows)
        }
        return NoMembers()
    }

    /// Removes tags; keys that are not there do not matter.
    ///
    /// Source: *UntagResource* in the Lambda API reference.
    func untagResource(
        _ request: Lambda.UntagResourceRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let resource = try taggedResource(request.resource, context)
        try writing { rows in
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
        return Lambda.ListTagsResponse(tags: try reading { rows in try Self.tags(on: resource, rows) })
    }
}

/// What can have tags.
private enum TaggedResource {
    case function(FunctionID)
    case codeSigningConfig(CodeSigningConfigARN)
}

extension LambdaService {
    /// Notes a function's tags; none leave nothing behind.
    static func put(
        tags: [String: String], of function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws {
        guard !tags.isEmpty else {
            try rows.deleteSetting(.tags, of: function)
            return
        }
        let document = encode(Lambda.ListTagsResponse(tags: tags))
        try rows.put(FunctionSetting(document: document), as: .tags, of: function)
    }

    /// Notes a code signing configuration's tags; none leave nothing behind.
    static func put(
        tags: [String: String], on arn: CodeSigningConfigARN, _ rows: borrowing CatalogTransaction
    ) throws {
        guard !tags.isEmpty else {
            try rows.deleteResource(arn.id, in: arn.tagScope)
            return
        }
        try rows.put(encode(Lambda.ListTagsResponse(tags: tags)), as: arn.id, in: arn.tagScope)
    }

    /// Reads the ARN of what is to be tagged.
    private func taggedResource(
        _ text: String, _ context: RequestContext
    ) throws(ServiceError) -> TaggedResource {
        if CodeSigningConfigARN(text) != nil {
            return .codeSigningConfig(try Self.codeSigningConfig(text, context))
        }
        // Event source mappings and capacity providers do not exist yet, so none of them is found.
        guard FunctionARN(text) != nil else {
            throw ServiceError(.resourceNotFound, "The resource you requested does not exist.")
        }
        let target = try resolve(text, nil, context)
        guard target.qualifier == nil else {
            throw .invalidParameter(
                "Tags on function aliases and versions are not supported. Please specify a function ARN.")
        }
        return .function(target.function)
    }

    private static func tags(
        on resource: TaggedResource, _ rows: borrowing CatalogTransaction
    ) throws -> [String: String] {
        switch resource {
        case .function(let id): return try tags(of: try find(id, rows), rows) ?? [:]
        case .codeSigningConfig(let arn):
            _ = try find(arn, rows)
            guard let document = try rows.resource(arn.id, in: arn.tagScope) else { return [:] }
            let stored: Lambda.ListTagsResponse = try decode(document)
            return stored.tags ?? [:]
        }
    }

    private static func put(
        tags: [String: String], on resource: TaggedResource, _ rows: borrowing CatalogTransaction
    ) throws {
        switch resource {
        case .function(let id): try put(tags: tags, of: try find(id, rows), rows)
        case .codeSigningConfig(let arn): try put(tags: tags, on: arn, rows)
        }
    }
}
