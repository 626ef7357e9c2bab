internal import AWSProtocol
internal import LambdaModel
internal import Platform

/// The operations of Lambda that exist here, each tied to its use case. What is not in this list answers 501.
enum LambdaOperations {
    static func dispatcher(for platform: Platform) -> ServiceDispatcher<RequestContext> {
        var dispatcher = ServiceDispatcher<RequestContext>(Lambda.service)
        dispatcher.offer(Lambda.publishLayerVersion, platform.publishLayerVersion)
        dispatcher.offer(Lambda.getLayerVersion, platform.getLayerVersion)
        dispatcher.offer(Lambda.getLayerVersionByArn, platform.getLayerVersionByArn)
        dispatcher.offer(Lambda.listLayers, platform.listLayers)
        dispatcher.offer(Lambda.listLayerVersions, platform.listLayerVersions)
        dispatcher.offer(Lambda.deleteLayerVersion, platform.deleteLayerVersion)
        dispatcher.offer(Lambda.addLayerVersionPermission, platform.addLayerVersionPermission)
        dispatcher.offer(Lambda.removeLayerVersionPermission, platform.removeLayerVersionPermission)
        dispatcher.offer(Lambda.getLayerVersionPolicy, platform.getLayerVersionPolicy)
        dispatcher.offer(Lambda.createFunction, platform.createFunction)
        dispatcher.offer(Lambda.getFunction, platform.getFunction)
        dispatcher.offer(Lambda.getFunctionConfiguration, platform.getFunctionConfiguration)
        dispatcher.offer(Lambda.listFunctions, platform.listFunctions)
        dispatcher.offer(Lambda.updateFunctionCode, platform.updateFunctionCode)
        dispatcher.offer(Lambda.updateFunctionConfiguration, platform.updateFunctionConfiguration)
        dispatcher.offer(Lambda.deleteFunction, platform.deleteFunction)
        dispatcher.offer(Lambda.getAccountSettings, platform.getAccountSettings)
        dispatcher.offer(Lambda.publishVersion, platform.publishVersion)
        dispatcher.offer(Lambda.listVersionsByFunction, platform.listVersionsByFunction)
        dispatcher.offer(Lambda.createAlias, platform.createAlias)
        dispatcher.offer(Lambda.getAlias, platform.getAlias)
        dispatcher.offer(Lambda.updateAlias, platform.updateAlias)
        dispatcher.offer(Lambda.deleteAlias, platform.deleteAlias)
        dispatcher.offer(Lambda.listAliases, platform.listAliases)
        dispatcher.offer(Lambda.addPermission, platform.addPermission)
        dispatcher.offer(Lambda.removePermission, platform.removePermission)
        dispatcher.offer(Lambda.getPolicy, platform.getPolicy)
        offerSettings(of: platform, &dispatcher)
        return dispatcher
    }

    /// What can be set for a function beside its configuration.
    private static func offerSettings(of platform: Platform, _ dispatcher: inout ServiceDispatcher<RequestContext>) {
        dispatcher.offer(Lambda.putFunctionConcurrency, platform.putFunctionConcurrency)
        dispatcher.offer(Lambda.getFunctionConcurrency, platform.getFunctionConcurrency)
        dispatcher.offer(Lambda.deleteFunctionConcurrency, platform.deleteFunctionConcurrency)
        dispatcher.offer(Lambda.putProvisionedConcurrencyConfig, platform.putProvisionedConcurrencyConfig)
        dispatcher.offer(Lambda.getProvisionedConcurrencyConfig, platform.getProvisionedConcurrencyConfig)
        dispatcher.offer(Lambda.deleteProvisionedConcurrencyConfig, platform.deleteProvisionedConcurrencyConfig)
        dispatcher.offer(Lambda.listProvisionedConcurrencyConfigs, platform.listProvisionedConcurrencyConfigs)
        dispatcher.offer(Lambda.putFunctionEventInvokeConfig, platform.putFunctionEventInvokeConfig)
        dispatcher.offer(Lambda.updateFunctionEventInvokeConfig, platform.updateFunctionEventInvokeConfig)
        dispatcher.offer(Lambda.getFunctionEventInvokeConfig, platform.getFunctionEventInvokeConfig)
        dispatcher.offer(Lambda.deleteFunctionEventInvokeConfig, platform.deleteFunctionEventInvokeConfig)
        dispatcher.offer(Lambda.listFunctionEventInvokeConfigs, platform.listFunctionEventInvokeConfigs)
        dispatcher.offer(Lambda.putFunctionRecursionConfig, platform.putFunctionRecursionConfig)
        dispatcher.offer(Lambda.getFunctionRecursionConfig, platform.getFunctionRecursionConfig)
        dispatcher.offer(Lambda.putRuntimeManagementConfig, platform.putRuntimeManagementConfig)
        dispatcher.offer(Lambda.getRuntimeManagementConfig, platform.getRuntimeManagementConfig)
        dispatcher.offer(Lambda.createCodeSigningConfig, platform.createCodeSigningConfig)
        dispatcher.offer(Lambda.getCodeSigningConfig, platform.getCodeSigningConfig)
        dispatcher.offer(Lambda.updateCodeSigningConfig, platform.updateCodeSigningConfig)
        dispatcher.offer(Lambda.deleteCodeSigningConfig, platform.deleteCodeSigningConfig)
        dispatcher.offer(Lambda.listCodeSigningConfigs, platform.listCodeSigningConfigs)
        dispatcher.offer(Lambda.putFunctionCodeSigningConfig, platform.putFunctionCodeSigningConfig)
        dispatcher.offer(Self.getFunctionCodeSigningConfig, platform.getFunctionCodeSigningConfig)
        dispatcher.offer(Lambda.deleteFunctionCodeSigningConfig, platform.deleteFunctionCodeSigningConfig)
        dispatcher.offer(Lambda.listFunctionsByCodeSigningConfig, platform.listFunctionsByCodeSigningConfig)
        dispatcher.offer(Lambda.tagResource, platform.tagResource)
        dispatcher.offer(Lambda.untagResource, platform.untagResource)
        dispatcher.offer(Lambda.listTags, platform.listTags)
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

extension ServiceDispatcher<RequestContext> {
    /// Answers an operation by a use case, which learns what the operation is called, and whose errors are answered as
    /// AWS answers them.
    fileprivate mutating func offer<Input, Output>(
        _ operation: AWSOperation<Input, Output>,
        _ useCase: @escaping @Sendable (Input, RequestContext) throws(PlatformError) -> Output
    ) {
        let action = "\(service.name):\(operation.descriptor.name)"
        handle(operation) { input, context throws(AWSError) in
            var context = context
            context.action = action
            do throws(PlatformError) {
                try context.admit()
                return try useCase(input, context)
            } catch { throw error.aws }
        }
    }
}
