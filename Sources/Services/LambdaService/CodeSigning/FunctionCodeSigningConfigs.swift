internal import AWSProtocol
internal import Catalog
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The use cases of a function's code signing configuration.
struct FunctionCodeSigningConfigs: Sendable {
    private let store: LambdaStore
    private let resolver: FunctionResolver

    init(store: LambdaStore, resolver: FunctionResolver) {
        self.store = store
        self.resolver = resolver
    }

    /// Attaches a code signing configuration to a function. It applies from the next deployment on.
    ///
    /// Source: *PutFunctionCodeSigningConfig* in the Lambda API reference.
    func putFunctionCodeSigningConfig(
        _ request: Lambda.PutFunctionCodeSigningConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.PutFunctionCodeSigningConfigResponse {
        let id = try resolver.resolveFunctionAlone(request.functionName, context)
        try store.write { rows in
            _ = try Self.findCodeSigningConfig(request.codeSigningConfigArn, for: id, rows)
            try Self.attach(request.codeSigningConfigArn, to: try FunctionLookup.find(id, rows), rows)
        }
        return Lambda.PutFunctionCodeSigningConfigResponse(
            codeSigningConfigArn: request.codeSigningConfigArn, functionName: id.name.description)
    }

    /// Returns a function's code signing configuration.
    ///
    /// Source: *GetFunctionCodeSigningConfig* in the Lambda API reference.
    func getFunctionCodeSigningConfig(
        _ request: Lambda.GetFunctionCodeSigningConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> FunctionCodeSigning {
        let id = try resolver.resolveFunctionAlone(request.functionName, context)
        let arn = try store.read { rows in
            try rows.setting(.codeSigningConfig, of: try FunctionLookup.find(id, rows))?.target
        }
        return FunctionCodeSigning(
            arn.map {
                Lambda.GetFunctionCodeSigningConfigResponse(
                    codeSigningConfigArn: $0, functionName: id.name.description)
            })
    }

    /// Detaches a function's code signing configuration. Without one this succeeds, too.
    ///
    /// Source: *DeleteFunctionCodeSigningConfig* in the Lambda API reference.
    func deleteFunctionCodeSigningConfig(
        _ request: Lambda.DeleteFunctionCodeSigningConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> NoMembers {
        let id = try resolver.resolveFunctionAlone(request.functionName, context)
        _ = try store.write { rows in try rows.deleteSetting(.codeSigningConfig, of: try FunctionLookup.find(id, rows))
        }
        return NoMembers()
    }

    /// Lists the functions that have a code signing configuration, by name.
    ///
    /// Source: *ListFunctionsByCodeSigningConfig* in the Lambda API reference.
    func listFunctionsByCodeSigningConfig(
        _ request: Lambda.ListFunctionsByCodeSigningConfigRequest, _ context: RequestContext
    ) throws(ServiceError) -> Lambda.ListFunctionsByCodeSigningConfigResponse {
        let arn = try CodeSigningConfigs.parse(request.codeSigningConfigArn, context)
        let listing = "functions with \(arn)"
        let paging = Paging(listing, maxItems: request.maxItems)
        let after = try paging.key(of: request.marker).flatMap { FunctionName($0) }
        let functions = try store.read { rows in
            _ = try CodeSigningConfigs.find(arn, rows)
            return try rows.functions(
                account: arn.account, region: arn.region, whose: .codeSigningConfig, targets: arn.description,
                after: after, limit: paging.limit)
        }
        let page = paging.page(functions) { $0.name.description }
        return Lambda.ListFunctionsByCodeSigningConfigResponse(
            nextMarker: page.marker, functionArns: page.elements.map(\.description))
    }
}

extension FunctionCodeSigningConfigs {
    /// Finds the code signing configuration for a function: one of the function's own account and region.
    ///
    /// - Throws: `.codeSigningConfigNotFound`.
    static func findCodeSigningConfig(
        _ text: String, for function: FunctionID, _ rows: borrowing CatalogTransaction
    ) throws -> Lambda.CodeSigningConfig {
        guard let arn = CodeSigningConfigARN(text), arn.account == function.account, arn.region == function.region,
            let document = try rows.resource(arn.id, in: arn.scope)
        else {
            throw ServiceError(
                .codeSigningConfigNotFound,
                "The code signing configuration cannot be found. Check that the provided configuration is not "
                    + "deleted: \(text).")
        }
        return try LambdaStore.decode(document)
    }

    /// Stores the code signing configuration of a function.
    static func attach(
        _ arn: String, to function: StoredFunction, _ rows: borrowing CatalogTransaction
    ) throws {
        let document = Lambda.PutFunctionCodeSigningConfigResponse(
            codeSigningConfigArn: arn, functionName: function.id.name.description)
        try rows.put(
            FunctionSetting(target: arn, document: LambdaStore.encode(document)), as: .codeSigningConfig, of: function)
    }

    /// Refuses new code or layers where the function's configuration requires signatures.
    ///
    /// Strata verifies no signatures, so no package counts as signed. Source of the message: public reports of
    /// deployments that Lambda refused.
    static func checkSignature(of function: StoredFunction, _ rows: borrowing CatalogTransaction) throws {
        guard let arn = try rows.setting(.codeSigningConfig, of: function)?.target else { return }
        try checkSignature(of: function.id, by: try findCodeSigningConfig(arn, for: function.id, rows))
    }

    /// Refuses code where a configuration requires signatures.
    static func checkSignature(
        of function: FunctionID, by config: Lambda.CodeSigningConfig
    ) throws(ServiceError) {
        guard config.codeSigningPolicies.untrustedArtifactOnDeployment == .enforce else { return }
        throw ServiceError(
            .codeVerificationFailed,
            "Lambda cannot deploy the function. The function or layer might be signed using a signature that the "
                + "client is not configured to accept. Check the provided signature for \(function).")
    }
}
