internal import Digest
internal import Domain
internal import FunctionExecution
internal import LambdaModel
internal import ServiceKit

// Applies the settings of requests to a configuration. Settings that a request leaves out stay as they are.
extension FunctionDocument {
    /// Applies the settings of a new function.
    mutating func apply(
        _ request: Lambda.CreateFunctionRequest, to function: FunctionID
    ) throws(ServiceError) {
        try applyShared(request, to: function)
        configuration.tenancyConfig = request.tenancyConfig
        try FunctionRules.check(configuration)
    }

    /// Applies the settings of an update.
    mutating func apply(
        _ request: Lambda.UpdateFunctionConfigurationRequest, to function: FunctionID
    ) throws(ServiceError) {
        configuration.role = request.role ?? configuration.role
        configuration.handler = request.handler ?? configuration.handler
        configuration.description = request.description ?? configuration.description
        configuration.timeout = request.timeout ?? configuration.timeout
        configuration.memorySize = request.memorySize ?? configuration.memorySize
        configuration.ephemeralStorage = request.ephemeralStorage ?? configuration.ephemeralStorage
        try applyShared(request, to: function)
        try FunctionRules.check(configuration, isVPCChanged: request.vpcConfig != nil)
    }

    /// Applies the settings that creations and updates have in common.
    private mutating func applyShared(
        _ request: some FunctionConfigurationRequest, to function: FunctionID
    ) throws(ServiceError) {
        set(environment: request.environment, kmsKeyArn: request.kmsKeyArn, deadLetters: request.deadLetterConfig)
        set(vpc: request.vpcConfig, of: function)
        set(fileSystems: request.fileSystemConfigs, tracing: request.tracingConfig)
        set(runtime: request.runtime, snapStart: request.snapStart, in: function.region)
        try set(logging: request.loggingConfig)
    }

    private mutating func set(
        environment: Lambda.Environment?, kmsKeyArn: String?, deadLetters: Lambda.DeadLetterConfig?
    ) {
        if let environment {
            // The same members, not the same values: answers have the variables in the order of the request.
            var response = Lambda.EnvironmentResponse(members: environment.members)
            if response.variables == nil { response.variables = [:] }
            configuration.environment = response
        }
        // An empty ARN removes the key, and the queue; a structure without one changes nothing.
        if let kmsKeyArn { configuration.kmsKeyArn = kmsKeyArn.isEmpty ? nil : kmsKeyArn }
        if let arn = deadLetters?.targetArn { configuration.deadLetterConfig = arn.isEmpty ? nil : deadLetters }
    }

    private mutating func set(vpc: Lambda.VpcConfig?, of function: FunctionID) {
        guard let vpc else { return }
        let subnets = vpc.subnetIds ?? []
        // A network that was removed stays visible as an empty one, as on Lambda.
        configuration.vpcConfig = Lambda.VpcConfigResponse(
            subnetIds: subnets, securityGroupIds: vpc.securityGroupIds ?? [],
            vpcId: subnets.isEmpty ? "" : Self.vpc(of: function),
            ipv6AllowedForDualStack: vpc.ipv6AllowedForDualStack ?? false)
    }

    /// The id of the VPC of an account's subnets. Strata has no EC2, so there is one VPC in each region.
    private static func vpc(of function: FunctionID) -> String {
        let digest = SHA256Digest(hashing: Array("strata vpc \(function.account) \(function.region)".utf8))
        return "vpc-" + digest.hex.prefix(17)
    }

    private mutating func set(fileSystems: [Lambda.FileSystemConfig]?, tracing: Lambda.TracingConfig?) {
        if let fileSystems { configuration.fileSystemConfigs = fileSystems.isEmpty ? nil : fileSystems }
        if let mode = tracing?.mode { configuration.tracingConfig = Lambda.TracingConfigResponse(mode: mode) }
    }

    private mutating func set(runtime: Lambda.Runtime?, snapStart: Lambda.SnapStart?, in region: Region) {
        if let runtime {
            configuration.runtime = runtime
            configuration.runtimeVersionConfig = Lambda.RuntimeVersionConfig(
                runtimeVersionArn: RuntimeVersions.arn(of: runtime, region: region))
        }
        if let applyOn = snapStart?.applyOn { configuration.snapStart?.applyOn = applyOn }
    }

    /// JSON logs have levels, `INFO` by default; text logs have none.
    private mutating func set(logging request: Lambda.LoggingConfig?) throws(ServiceError) {
        guard let request, var logging = configuration.loggingConfig else { return }
        logging.logFormat = request.logFormat ?? logging.logFormat
        logging.logGroup = request.logGroup ?? logging.logGroup
        if logging.logFormat == .json {
            logging.applicationLogLevel = request.applicationLogLevel ?? logging.applicationLogLevel ?? .info
            logging.systemLogLevel = request.systemLogLevel ?? logging.systemLogLevel ?? .info
        } else {
            guard request.applicationLogLevel == nil, request.systemLogLevel == nil else {
                throw .invalidParameter(
                    "LogLevel is not supported when LogFormat is set to \"Text\". Remove LogLevel from your request "
                        + "or change the LogFormat to \"JSON\" and try again.")
            }
            logging.applicationLogLevel = nil
            logging.systemLogLevel = nil
        }
        configuration.loggingConfig = logging
    }
}
