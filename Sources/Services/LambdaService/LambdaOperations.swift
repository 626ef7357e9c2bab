internal import AWSProtocol
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// Lambda's API: each operation tied to the use case of its resource.
struct LambdaOperations {
    private let functions: Functions
    private let versions: Versions
    private let aliases: Aliases
    private let layers: Layers
    private let layerPolicies: LayerPolicies
    private let functionPolicies: FunctionPolicies
    private let reservedConcurrency: ReservedConcurrency
    private let provisionedConcurrency: ProvisionedConcurrencyConfigs
    private let eventInvokeConfigs: EventInvokeConfigs
    private let recursionConfigs: RecursionConfigs
    private let runtimeManagement: RuntimeManagementConfigs
    private let codeSigningConfigs: CodeSigningConfigs
    private let functionCodeSigning: FunctionCodeSigningConfigs
    private let tags: Tags
    private let eventSourceMappings = EventSourceMappings()
    private let functionURLConfigs: FunctionURLConfigs

    init(
        store: LambdaStore, resolver: FunctionResolver, packages: PackageIntake, downloads: Downloads,
        updates: UpdatesInProgress, namedRuntimes: Set<Lambda.Runtime>, concurrency: ConcurrencyReconciler,
        roles: any RoleDirectory, reviewer: LayerReviewer, accountConcurrency: Int
    ) {
        let authorizer = resolver.authorizer
        let rules = ConcurrencyRules(limit: accountConcurrency)
        functions = Functions(
            store: store, resolver: resolver, packages: packages,
            layers: LayerResolver(store: store, authorizer: authorizer, packages: packages), reviewer: reviewer,
            downloads: downloads, updates: updates, roles: ExecutionRoles(directory: roles),
            namedRuntimes: namedRuntimes,
            accountConcurrency: accountConcurrency)
        versions = Versions(store: store, resolver: resolver, updates: updates)
        aliases = Aliases(store: store, resolver: resolver)
        layers = Layers(
            store: store, authorizer: authorizer, packages: packages, downloads: downloads, reviewer: reviewer)
        layerPolicies = LayerPolicies(store: store, layers: layers)
        functionPolicies = FunctionPolicies(store: store, resolver: resolver)
        reservedConcurrency = ReservedConcurrency(store: store, resolver: resolver, rules: rules)
        provisionedConcurrency = ProvisionedConcurrencyConfigs(
            store: store, resolver: resolver, rules: rules, concurrency: concurrency)
        eventInvokeConfigs = EventInvokeConfigs(store: store, resolver: resolver)
        recursionConfigs = RecursionConfigs(store: store, resolver: resolver)
        runtimeManagement = RuntimeManagementConfigs(store: store, resolver: resolver)
        codeSigningConfigs = CodeSigningConfigs(store: store)
        functionCodeSigning = FunctionCodeSigningConfigs(store: store, resolver: resolver)
        tags = Tags(store: store, resolver: resolver)
        functionURLConfigs = FunctionURLConfigs(store: store, resolver: resolver)
    }

    /// The API.
    var api: ServiceAPI {
        var api = ServiceAPI(
            Lambda.service, requestLimitBytes: LambdaLimits.requestBytes,
            admission: { context throws(ServiceError) in try context.admit() })
        api.offer(Lambda.publishLayerVersion, layers.publishLayerVersion)
        api.offer(Lambda.getLayerVersion, layers.getLayerVersion)
        api.offer(Lambda.getLayerVersionByArn, layers.getLayerVersionByArn)
        api.offer(Lambda.listLayers, layers.listLayers)
        api.offer(Lambda.listLayerVersions, layers.listLayerVersions)
        api.offer(Lambda.deleteLayerVersion, layers.deleteLayerVersion)
        api.offer(Lambda.addLayerVersionPermission, layerPolicies.addLayerVersionPermission)
        api.offer(Lambda.removeLayerVersionPermission, layerPolicies.removeLayerVersionPermission)
        api.offer(Lambda.getLayerVersionPolicy, layerPolicies.getLayerVersionPolicy)
        api.offer(Lambda.createFunction, functions.createFunction)
        api.offer(Lambda.getFunction, functions.getFunction)
        api.offer(Lambda.getFunctionConfiguration, functions.getFunctionConfiguration)
        api.offer(Lambda.listFunctions, functions.listFunctions)
        api.offer(Lambda.updateFunctionCode, functions.updateFunctionCode)
        api.offer(Lambda.updateFunctionConfiguration, functions.updateFunctionConfiguration)
        api.offer(Lambda.deleteFunction, functions.deleteFunction)
        api.offer(Lambda.getAccountSettings, functions.getAccountSettings)
        api.offer(Lambda.publishVersion, versions.publishVersion)
        api.offer(Lambda.listVersionsByFunction, versions.listVersionsByFunction)
        api.offer(Lambda.createAlias, aliases.createAlias)
        api.offer(Lambda.getAlias, aliases.getAlias)
        api.offer(Lambda.updateAlias, aliases.updateAlias)
        api.offer(Lambda.deleteAlias, aliases.deleteAlias)
        api.offer(Lambda.listAliases, aliases.listAliases)
        api.offer(Lambda.addPermission, functionPolicies.addPermission)
        api.offer(Lambda.removePermission, functionPolicies.removePermission)
        api.offer(Lambda.getPolicy, functionPolicies.getPolicy)
        offerSettings(&api)
        return api
    }

    /// Settings beside a function's configuration.
    private func offerSettings(_ api: inout ServiceAPI) {
        api.offer(Lambda.putFunctionConcurrency, reservedConcurrency.putFunctionConcurrency)
        api.offer(Lambda.getFunctionConcurrency, reservedConcurrency.getFunctionConcurrency)
        api.offer(Lambda.deleteFunctionConcurrency, reservedConcurrency.deleteFunctionConcurrency)
        api.offer(Lambda.putProvisionedConcurrencyConfig, provisionedConcurrency.putProvisionedConcurrencyConfig)
        api.offer(Lambda.getProvisionedConcurrencyConfig, provisionedConcurrency.getProvisionedConcurrencyConfig)
        api.offer(Lambda.deleteProvisionedConcurrencyConfig, provisionedConcurrency.deleteProvisionedConcurrencyConfig)
        api.offer(Lambda.listProvisionedConcurrencyConfigs, provisionedConcurrency.listProvisionedConcurrencyConfigs)
        api.offer(Lambda.putFunctionEventInvokeConfig, eventInvokeConfigs.putFunctionEventInvokeConfig)
        api.offer(Lambda.updateFunctionEventInvokeConfig, eventInvokeConfigs.updateFunctionEventInvokeConfig)
        api.offer(Lambda.getFunctionEventInvokeConfig, eventInvokeConfigs.getFunctionEventInvokeConfig)
        api.offer(Lambda.deleteFunctionEventInvokeConfig, eventInvokeConfigs.deleteFunctionEventInvokeConfig)
        api.offer(Lambda.listFunctionEventInvokeConfigs, eventInvokeConfigs.listFunctionEventInvokeConfigs)
        api.offer(Lambda.putFunctionRecursionConfig, recursionConfigs.putFunctionRecursionConfig)
        api.offer(Lambda.getFunctionRecursionConfig, recursionConfigs.getFunctionRecursionConfig)
        api.offer(Lambda.putRuntimeManagementConfig, runtimeManagement.putRuntimeManagementConfig)
        api.offer(Lambda.getRuntimeManagementConfig, runtimeManagement.getRuntimeManagementConfig)
        api.offer(Lambda.createCodeSigningConfig, codeSigningConfigs.createCodeSigningConfig)
        api.offer(Lambda.getCodeSigningConfig, codeSigningConfigs.getCodeSigningConfig)
        api.offer(Lambda.updateCodeSigningConfig, codeSigningConfigs.updateCodeSigningConfig)
        api.offer(Lambda.deleteCodeSigningConfig, codeSigningConfigs.deleteCodeSigningConfig)
        api.offer(Lambda.listCodeSigningConfigs, codeSigningConfigs.listCodeSigningConfigs)
        api.offer(Lambda.putFunctionCodeSigningConfig, functionCodeSigning.putFunctionCodeSigningConfig)
        api.offer(Self.getFunctionCodeSigningConfig, functionCodeSigning.getFunctionCodeSigningConfig)
        api.offer(Lambda.deleteFunctionCodeSigningConfig, functionCodeSigning.deleteFunctionCodeSigningConfig)
        api.offer(Lambda.listFunctionsByCodeSigningConfig, functionCodeSigning.listFunctionsByCodeSigningConfig)
        api.offer(Lambda.tagResource, tags.tagResource)
        api.offer(Lambda.untagResource, tags.untagResource)
        api.offer(Lambda.listTags, tags.listTags)
        api.offer(Lambda.listEventSourceMappings, eventSourceMappings.listEventSourceMappings)
        api.offer(Lambda.getEventSourceMapping, eventSourceMappings.getEventSourceMapping)
        api.offer(Lambda.deleteEventSourceMapping, eventSourceMappings.deleteEventSourceMapping)
        api.offer(Lambda.listFunctionUrlConfigs, functionURLConfigs.listFunctionURLConfigs)
        api.offer(Lambda.getFunctionUrlConfig, functionURLConfigs.getFunctionURLConfig)
        api.offer(Lambda.deleteFunctionUrlConfig, functionURLConfigs.deleteFunctionURLConfig)
    }

    /// The operation with an output that may be empty, which the model's may not.
    private static let getFunctionCodeSigningConfig = AWSOperation<
        Lambda.GetFunctionCodeSigningConfigRequest, FunctionCodeSigning
    >(Lambda.getFunctionCodeSigningConfig.name, in: Lambda.library)
}
