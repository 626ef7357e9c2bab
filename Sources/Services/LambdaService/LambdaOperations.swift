internal import AWSProtocol
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// Lambda's API: each operation tied to the use case of its resource.
struct LambdaOperations {
    let functions: Functions
    let versions: Versions
    let aliases: Aliases
    let layers: Layers
    let layerPolicies: LayerPolicies
    let functionPolicies: FunctionPolicies
    let reservedConcurrency: ReservedConcurrency
    let provisionedConcurrency: ProvisionedConcurrencyConfigs
    let eventInvokeConfigs: EventInvokeConfigs
    let recursionConfigs: RecursionConfigs
    let runtimeManagement: RuntimeManagementConfigs
    let codeSigningConfigs: CodeSigningConfigs
    let functionCodeSigning: FunctionCodeSigningConfigs
    let tags: Tags

    init(
        store: LambdaStore, directory: FunctionDirectory, packages: PackageIntake, downloads: Downloads,
        concurrency: ConcurrencyController, accountConcurrency: Int
    ) {
        let authorizer = directory.authorizer
        let changes = ChangesInProgress()
        let rules = ConcurrencyRules(limit: accountConcurrency)
        functions = Functions(
            store: store, directory: directory, packages: packages,
            layers: LayerAttachment(store: store, authorizer: authorizer, packages: packages), downloads: downloads,
            changes: changes, accountConcurrency: accountConcurrency)
        versions = Versions(store: store, directory: directory, changes: changes)
        aliases = Aliases(store: store, directory: directory)
        layers = Layers(store: store, authorizer: authorizer, packages: packages, downloads: downloads)
        layerPolicies = LayerPolicies(store: store, layers: layers)
        functionPolicies = FunctionPolicies(store: store, directory: directory)
        reservedConcurrency = ReservedConcurrency(store: store, directory: directory, rules: rules)
        provisionedConcurrency = ProvisionedConcurrencyConfigs(
            store: store, directory: directory, rules: rules, concurrency: concurrency)
        eventInvokeConfigs = EventInvokeConfigs(store: store, directory: directory)
        recursionConfigs = RecursionConfigs(store: store, directory: directory)
        runtimeManagement = RuntimeManagementConfigs(store: store, directory: directory)
        codeSigningConfigs = CodeSigningConfigs(store: store)
        functionCodeSigning = FunctionCodeSigningConfigs(store: store, directory: directory)
        tags = Tags(store: store, directory: directory)
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

    /// What can be set for a function beside its configuration.
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
    }

    /// The operation with an answer that may be empty, which the model's is not.
    private static let getFunctionCodeSigningConfig = AWSOperation<
        Lambda.GetFunctionCodeSigningConfigRequest, FunctionCodeSigning
    >(
        Lambda.getFunctionCodeSigningConfig.descriptor.name,
        method: Lambda.getFunctionCodeSigningConfig.descriptor.method,
        uri: Lambda.getFunctionCodeSigningConfig.descriptor.uri,
        status: Lambda.getFunctionCodeSigningConfig.descriptor.status)
}
