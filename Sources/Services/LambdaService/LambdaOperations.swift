internal import AWSProtocol
internal import Domain
internal import LambdaModel
internal import ServiceKit

extension LambdaService {
    /// Lambda's API, each operation tied to its use case.
    var api: ServiceAPI {
        var api = ServiceAPI(
            Lambda.service, requestLimitBytes: LambdaLimits.requestBytes,
            admission: { context throws(ServiceError) in try context.admit() })
        api.offer(Lambda.publishLayerVersion, self.publishLayerVersion)
        api.offer(Lambda.getLayerVersion, self.getLayerVersion)
        api.offer(Lambda.getLayerVersionByArn, self.getLayerVersionByArn)
        api.offer(Lambda.listLayers, self.listLayers)
        api.offer(Lambda.listLayerVersions, self.listLayerVersions)
        api.offer(Lambda.deleteLayerVersion, self.deleteLayerVersion)
        api.offer(Lambda.addLayerVersionPermission, self.addLayerVersionPermission)
        api.offer(Lambda.removeLayerVersionPermission, self.removeLayerVersionPermission)
        api.offer(Lambda.getLayerVersionPolicy, self.getLayerVersionPolicy)
        api.offer(Lambda.createFunction, self.createFunction)
        api.offer(Lambda.getFunction, self.getFunction)
        api.offer(Lambda.getFunctionConfiguration, self.getFunctionConfiguration)
        api.offer(Lambda.listFunctions, self.listFunctions)
        api.offer(Lambda.updateFunctionCode, self.updateFunctionCode)
        api.offer(Lambda.updateFunctionConfiguration, self.updateFunctionConfiguration)
        api.offer(Lambda.deleteFunction, self.deleteFunction)
        api.offer(Lambda.getAccountSettings, self.getAccountSettings)
        api.offer(Lambda.publishVersion, self.publishVersion)
        api.offer(Lambda.listVersionsByFunction, self.listVersionsByFunction)
        api.offer(Lambda.createAlias, self.createAlias)
        api.offer(Lambda.getAlias, self.getAlias)
        api.offer(Lambda.updateAlias, self.updateAlias)
        api.offer(Lambda.deleteAlias, self.deleteAlias)
        api.offer(Lambda.listAliases, self.listAliases)
        api.offer(Lambda.addPermission, self.addPermission)
        api.offer(Lambda.removePermission, self.removePermission)
        api.offer(Lambda.getPolicy, self.getPolicy)
        offerSettings(&api)
        return api
    }

    /// What can be set for a function beside its configuration.
    private func offerSettings(_ api: inout ServiceAPI) {
        api.offer(Lambda.putFunctionConcurrency, self.putFunctionConcurrency)
        api.offer(Lambda.getFunctionConcurrency, self.getFunctionConcurrency)
        api.offer(Lambda.deleteFunctionConcurrency, self.deleteFunctionConcurrency)
        api.offer(Lambda.putProvisionedConcurrencyConfig, self.putProvisionedConcurrencyConfig)
        api.offer(Lambda.getProvisionedConcurrencyConfig, self.getProvisionedConcurrencyConfig)
        api.offer(Lambda.deleteProvisionedConcurrencyConfig, self.deleteProvisionedConcurrencyConfig)
        api.offer(Lambda.listProvisionedConcurrencyConfigs, self.listProvisionedConcurrencyConfigs)
        api.offer(Lambda.putFunctionEventInvokeConfig, self.putFunctionEventInvokeConfig)
        api.offer(Lambda.updateFunctionEventInvokeConfig, self.updateFunctionEventInvokeConfig)
        api.offer(Lambda.getFunctionEventInvokeConfig, self.getFunctionEventInvokeConfig)
        api.offer(Lambda.deleteFunctionEventInvokeConfig, self.deleteFunctionEventInvokeConfig)
        api.offer(Lambda.listFunctionEventInvokeConfigs, self.listFunctionEventInvokeConfigs)
        api.offer(Lambda.putFunctionRecursionConfig, self.putFunctionRecursionConfig)
        api.offer(Lambda.getFunctionRecursionConfig, self.getFunctionRecursionConfig)
        api.offer(Lambda.putRuntimeManagementConfig, self.putRuntimeManagementConfig)
        api.offer(Lambda.getRuntimeManagementConfig, self.getRuntimeManagementConfig)
        api.offer(Lambda.createCodeSigningConfig, self.createCodeSigningConfig)
        api.offer(Lambda.getCodeSigningConfig, self.getCodeSigningConfig)
        api.offer(Lambda.updateCodeSigningConfig, self.updateCodeSigningConfig)
        api.offer(Lambda.deleteCodeSigningConfig, self.deleteCodeSigningConfig)
        api.offer(Lambda.listCodeSigningConfigs, self.listCodeSigningConfigs)
        api.offer(Lambda.putFunctionCodeSigningConfig, self.putFunctionCodeSigningConfig)
        api.offer(Self.getFunctionCodeSigningConfig, self.getFunctionCodeSigningConfig)
        api.offer(Lambda.deleteFunctionCodeSigningConfig, self.deleteFunctionCodeSigningConfig)
        api.offer(Lambda.listFunctionsByCodeSigningConfig, self.listFunctionsByCodeSigningConfig)
        api.offer(Lambda.tagResource, self.tagResource)
        api.offer(Lambda.untagResource, self.untagResource)
        api.offer(Lambda.listTags, self.listTags)
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
