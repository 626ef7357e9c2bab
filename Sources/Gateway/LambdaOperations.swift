internal import AWSModel
internal import AWSProtocol
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
        return dispatcher
    }
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
            do throws(PlatformError) { return try useCase(input, context) } catch { throw error.aws }
        }
    }
}
