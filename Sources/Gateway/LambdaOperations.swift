internal import AWSModel
internal import AWSProtocol
internal import Platform

/// The operations of Lambda that exist here, each tied to its use case. What is not in this list answers 501.
enum LambdaOperations {
    static func dispatcher(for platform: Platform) -> ServiceDispatcher<RequestContext> {
        var dispatcher = ServiceDispatcher<RequestContext>(Lambda.service)
        dispatcher.handle(Lambda.publishLayerVersion, calling(platform.publishLayerVersion))
        dispatcher.handle(Lambda.getLayerVersion, calling(platform.getLayerVersion))
        dispatcher.handle(Lambda.getLayerVersionByArn, calling(platform.getLayerVersionByArn))
        dispatcher.handle(Lambda.listLayers, calling(platform.listLayers))
        dispatcher.handle(Lambda.listLayerVersions, calling(platform.listLayerVersions))
        dispatcher.handle(Lambda.deleteLayerVersion, calling(platform.deleteLayerVersion))
        dispatcher.handle(Lambda.createFunction, calling(platform.createFunction))
        dispatcher.handle(Lambda.getFunction, calling(platform.getFunction))
        dispatcher.handle(Lambda.getFunctionConfiguration, calling(platform.getFunctionConfiguration))
        dispatcher.handle(Lambda.listFunctions, calling(platform.listFunctions))
        dispatcher.handle(Lambda.updateFunctionCode, calling(platform.updateFunctionCode))
        dispatcher.handle(Lambda.updateFunctionConfiguration, calling(platform.updateFunctionConfiguration))
        dispatcher.handle(Lambda.deleteFunction, calling(platform.deleteFunction))
        dispatcher.handle(Lambda.getAccountSettings, calling(platform.getAccountSettings))
        return dispatcher
    }

    private typealias UseCase<Input, Output> =
        @Sendable (Input, RequestContext) throws(PlatformError) -> Output

    /// A use case whose errors are answered as AWS answers them.
    private static func calling<Input, Output>(
        _ useCase: @escaping UseCase<Input, Output>
    ) -> @Sendable (Input, RequestContext) throws(AWSError) -> Output {
        { input, context throws(AWSError) in
            do throws(PlatformError) { return try useCase(input, context) } catch { throw error.aws }
        }
    }
}
