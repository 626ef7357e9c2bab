internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of code signing configurations.
struct CodeSigningConfigs: Sendable {
    private let store: LambdaStore

    init(store: LambdaStore) {
        self.store = store
    }

    /// Creates a code signing configuration: the accepted publishers, and the policy for code without their signatures.
    ///
    /// Source: *CreateCodeSigningConfig* in the Lambda API reference.
    func createCodeSigningConfig(
        _ request: Lambda.CreateCodeSigningConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.CreateCodeSigningConfigResponse {
        let tags = request.tags ?? [:]
        try TagRules.check(tags)
        let id = "csc-" + RequestIdentifier.make().filter { $0 != "-" }.prefix(17)
        let arn = CodeSigningConfigARN(account: context.account, region: context.region, id: id)
        let config = Lambda.CodeSigningConfig(
            codeSigningConfigId: id, codeSigningConfigArn: arn.description, description: request.description,
            allowedPublishers: request.allowedPublishers,
            codeSigningPolicies: Lambda.CodeSigningPolicies(
                untrustedArtifactOnDeployment: request.codeSigningPolicies?.untrustedArtifactOnDeployment ?? .warn),
            lastModified: LambdaTime.now())
        try store.write { rows in
            try rows.put(LambdaStore.encode(config), as: id, in: arn.scope)
            try TagRows.put(tags: tags, on: arn, rows)
        }
        return Lambda.CreateCodeSigningConfigResponse(codeSigningConfig: config)
    }

    /// Describes a code signing configuration.
    ///
    /// Source: *GetCodeSigningConfig* in the Lambda API reference.
    func getCodeSigningConfig(
        _ request: Lambda.GetCodeSigningConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.GetCodeSigningConfigResponse {
        let arn = try Self.parse(request.codeSigningConfigArn, context)
        return try store.read { rows in
            Lambda.GetCodeSigningConfigResponse(codeSigningConfig: try Self.find(arn, rows))
        }
    }

    /// Changes a code signing configuration; settings that the request leaves out stay as they are. Deployed code is
    /// not checked again.
    ///
    /// Source: *UpdateCodeSigningConfig* in the Lambda API reference.
    func updateCodeSigningConfig(
        _ request: Lambda.UpdateCodeSigningConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.UpdateCodeSigningConfigResponse {
        let arn = try Self.parse(request.codeSigningConfigArn, context)
        return try store.write { rows in
            var config = try Self.find(arn, rows)
            config.description = request.description ?? config.description
            config.allowedPublishers = request.allowedPublishers ?? config.allowedPublishers
            if let policy = request.codeSigningPolicies?.untrustedArtifactOnDeployment {
                config.codeSigningPolicies.untrustedArtifactOnDeployment = policy
            }
            config.lastModified = LambdaTime.now()
            try rows.put(LambdaStore.encode(config), as: arn.id, in: arn.scope)
            return Lambda.UpdateCodeSigningConfigResponse(codeSigningConfig: config)
        }
    }

    /// Deletes a code signing configuration that no function uses.
    ///
    /// Source: *DeleteCodeSigningConfig* in the Lambda API reference.
    func deleteCodeSigningConfig(
        _ request: Lambda.DeleteCodeSigningConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.DeleteCodeSigningConfigResponse {
        let arn = try Self.parse(request.codeSigningConfigArn, context)
        try store.write { rows in
            _ = try Self.find(arn, rows)
            let users = try rows.functions(
                account: arn.account, region: arn.region, whose: .codeSigningConfig, targets: arn.description, limit: 1)
            guard users.isEmpty else {
                throw ServiceError(
                    .resourceConflict,
                    "The code signing configuration \(arn) is used by functions. Detach it from them first.")
            }
            try rows.deleteResource(arn.id, in: arn.scope)
            try rows.deleteResource(arn.id, in: arn.tagScope)
        }
        return Lambda.DeleteCodeSigningConfigResponse()
    }

    /// Lists an account's code signing configurations.
    ///
    /// Source: *ListCodeSigningConfigs* in the Lambda API reference.
    func listCodeSigningConfigs(
        _ request: Lambda.ListCodeSigningConfigsRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListCodeSigningConfigsResponse {
        let listing = "code signing configs"
        let paging = Paging(listing, maxItems: request.maxItems)
        let after = try paging.key(of: request.marker) ?? ""
        let scope = ResourceScope(account: context.account, region: context.region, kind: .codeSigningConfig)
        let resources = try store.read { rows in
            try rows.resources(in: scope, after: after, limit: paging.limit)
        }
        let page = paging.page(resources, key: \.name)
        let configs = try page.elements.map { resource throws(ServiceError) in
            try LambdaStore.decode(resource.document) as Lambda.CodeSigningConfig
        }
        return Lambda.ListCodeSigningConfigsResponse(nextMarker: page.marker, codeSigningConfigs: configs)
    }
}

extension CodeSigningConfigs {
    /// Resolves the ARN of a code signing configuration, which must be of the caller's account and the request's
    /// region.
    static func parse(
        _ text: String, _ context: RequestContext
    ) throws(ServiceError) -> CodeSigningConfigARN {
        guard let arn = CodeSigningConfigARN(text), context.caller.owns(arn.account), arn.region == context.region
        else { throw noSuchCodeSigningConfig(text) }
        return arn
    }

    /// Finds a code signing configuration.
    ///
    /// - Throws: `.noSuchCodeSigningConfig`.
    static func find(
        _ arn: CodeSigningConfigARN, _ rows: borrowing CatalogTransaction
    ) throws -> Lambda.CodeSigningConfig {
        guard let document = try rows.resource(arn.id, in: arn.scope) else {
            throw noSuchCodeSigningConfig(arn.description)
        }
        return try LambdaStore.decode(document)
    }

    private static func noSuchCodeSigningConfig(_ arn: String) -> ServiceError {
        ServiceError(
            .noSuchCodeSigningConfig, "The Lambda code signing configuration \(arn) can not be found.")
    }
}

extension CodeSigningConfigARN {
    /// The scope of configurations' rows.
    var scope: ResourceScope { ResourceScope(account: account, region: region, kind: .codeSigningConfig) }
    /// The scope of the rows of their tags.
    var tagScope: ResourceScope { ResourceScope(account: account, region: region, kind: .codeSigningConfigTags) }
}
