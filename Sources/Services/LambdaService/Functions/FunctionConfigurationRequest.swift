internal import LambdaModel

/// The settings that *CreateFunction* and *UpdateFunctionConfiguration* have in common.
protocol FunctionConfigurationRequest {
    var runtime: Lambda.Runtime? { get }
    var handler: String? { get }
    var timeout: Int? { get }
    var memorySize: Int? { get }
    var ephemeralStorage: Lambda.EphemeralStorage? { get }
    var environment: Lambda.Environment? { get }
    var kmsKeyArn: String? { get }
    var vpcConfig: Lambda.VpcConfig? { get }
    var deadLetterConfig: Lambda.DeadLetterConfig? { get }
    var tracingConfig: Lambda.TracingConfig? { get }
    var fileSystemConfigs: [Lambda.FileSystemConfig]? { get }
    var snapStart: Lambda.SnapStart? { get }
    var loggingConfig: Lambda.LoggingConfig? { get }
    var imageConfig: Lambda.ImageConfig? { get }
    var capacityProviderConfig: Lambda.CapacityProviderConfig? { get }
    var durableConfig: Lambda.DurableConfig? { get }
    var runtimeConfig: Lambda.FunctionRuntimeConfig? { get }
    var acceleratorConfig: Lambda.AcceleratorConfig? { get }
}

extension Lambda.CreateFunctionRequest: FunctionConfigurationRequest {}

extension Lambda.UpdateFunctionConfigurationRequest: FunctionConfigurationRequest {}
