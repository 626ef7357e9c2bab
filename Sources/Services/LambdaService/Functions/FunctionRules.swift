internal import AWSProtocol
internal import Domain
internal import LambdaModel
internal import ServiceKit

/// The rules of a function's settings that the service model does not have, with Lambda's messages. Pure.
enum FunctionRules {
    /// Variables that Lambda sets itself.
    ///
    /// Source: "Defined runtime environment variables", Lambda developer guide, *Reserved environment variables*.
    static let reservedVariables: Set<String> = [
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    ]

    /// Checks the request for a new function, without any look-up.
    static func check(creating request: Lambda.CreateFunctionRequest) throws(ServiceError) {
        guard request.packageType != .image, request.code.imageUri == nil else {
            throw .invalidParameter("Strata runs functions of PackageType Zip. Container images are not supported.")
        }
        guard request.runtime != nil, let handler = request.handler, !handler.isEmpty else {
            throw .invalidParameter(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
        }
        try check(request, "creating")
        try TagRules.check(request.tags ?? [:])
    }

    /// Checks the request for new code, without any look-up.
    static func check(updating request: Lambda.UpdateFunctionCodeRequest) throws(ServiceError) {
        guard request.imageUri == nil else { throw notForZip("ImageUri", "updating") }
    }

    /// Checks the request for changed settings, without any look-up.
    static func check(updating request: Lambda.UpdateFunctionConfigurationRequest) throws(ServiceError) {
        try check(request, "updating")
    }

    /// The rules of settings that creations and updates have in common.
    private static func check(_ settings: some FunctionConfigurationRequest, _ doing: String) throws(ServiceError) {
        guard settings.imageConfig == nil else { throw notForZip("ImageConfig", doing) }
        try check(absent: [
            "CapacityProviderConfig": settings.capacityProviderConfig != nil,
            "DurableConfig": settings.durableConfig != nil, "RuntimeConfig": settings.runtimeConfig != nil,
            "AcceleratorConfig": settings.acceleratorConfig != nil,
        ])
        try check(runtime: settings.runtime)
        try check(
            memory: settings.memorySize, timeout: settings.timeout, temporaryStorage: settings.ephemeralStorage?.size)
        try check(environment: settings.environment?.variables)
        guard settings.handler?.utf8.contains(0) != true else {
            throw .invalidParameter("The handler cannot contain the character U+0000.")
        }
        try check(vpc: settings.vpcConfig, deadLetters: settings.deadLetterConfig)
    }

    /// A parameter of container images.
    private static func notForZip(_ field: String, _ doing: String) -> ServiceError {
        .invalidParameter("Please don't provide \(field) when \(doing) a function with packageType Zip.")
    }

    /// Refuses settings of Lambda that Strata does not have, by name.
    private static func check(absent settings: [String: Bool]) throws(ServiceError) {
        guard let name = settings.filter(\.value).keys.min() else { return }
        throw ServiceError(.notImplemented, "Strata does not have \(name) yet. Leave it out.")
    }

    /// The sizes of a function. The model's bounds are those of functions on managed instances, which go further.
    private static func check(memory: Int?, timeout: Int?, temporaryStorage: Int?) throws(ServiceError) {
        try check(memory, at: "memorySize", atMost: LambdaLimits.memoryMebibytes.upperBound)
        try check(timeout, at: "timeout", atMost: LambdaLimits.timeoutSeconds.upperBound)
        try check(
            temporaryStorage, at: "ephemeralStorage.size", atMost: LambdaLimits.temporaryStorageMebibytes.upperBound)
    }

    private static func check(_ value: Int?, at member: String, atMost limit: Int) throws(ServiceError) {
        guard let value, value > limit else { return }
        let constraint = "Member must have value less than or equal to \(limit)"
        throw ServiceError(
            .validation, AWSError.validation(value: "\(value)", at: member, constraint: constraint).message)
    }

    /// The runtime, which has to be one that Lambda knows and still accepts.
    private static func check(runtime: Lambda.Runtime?) throws(ServiceError) {
        guard let runtime else { return }
        guard Lambda.Runtime.allKnown.contains(runtime) else {
            throw .invalidParameter(Lambda.unknownRuntime(runtime).message)
        }
        guard !retiredRuntimes.contains(runtime) else {
            throw .invalidParameter(
                "The runtime parameter of \(runtime.rawValue) is no longer supported for creating or updating AWS "
                    + "Lambda functions. We recommend you use a supported runtime while creating or updating functions."
            )
        }
    }

    /// The function's own environment variables.
    private static func check(environment: [String: String]?) throws(ServiceError) {
        guard let environment else { return }
        let reserved = environment.keys.filter(reservedVariables.contains).sorted()
        guard reserved.isEmpty else {
            throw .invalidParameter(
                "Lambda was unable to configure your environment variables because the environment variables you have "
                    + "provided contains reserved keys that are currently not supported for modification. Reserved "
                    + "keys used in this request: \(reserved.joined(separator: ", "))")
        }
        // The model allows it, and no process can have it in its environment (execve(2)).
        guard !environment.values.contains(where: { $0.utf8.contains(0) }) else {
            throw .invalidParameter(
                "Lambda was unable to configure your environment variables because the environment variables you have "
                    + "provided contain a character that no variable can hold: U+0000.")
        }
        // Lambda measures the variables as the JSON that it stores.
        let text = JSON.encode(environment.awsValue)
        guard text.count <= LambdaLimits.environmentBytes else {
            throw .invalidParameter(
                "Lambda was unable to configure your environment variables because the environment variables you have "
                    + "provided exceeded the 4KB limit. String measured: \(String(decoding: text, as: UTF8.self))")
        }
    }

    /// A network is subnets and security groups, or neither; dead letters go to a queue or a topic.
    private static func check(
        vpc: Lambda.VpcConfig?, deadLetters: Lambda.DeadLetterConfig?
    ) throws(ServiceError) {
        if let vpc, (vpc.subnetIds ?? []).isEmpty != (vpc.securityGroupIds ?? []).isEmpty {
            throw .invalidParameter("SubnetIds and SecurityIds must coexist or be both empty list.")
        }
        guard let arn = deadLetters?.targetArn, !arn.isEmpty else { return }
        let parts = arn.split(separator: ":", maxSplits: 3)
        guard parts.count > 2, ["sqs", "sns"].contains(parts[2]) else {
            throw .invalidParameter("The dead-letter target \(arn) is neither an SQS queue nor an SNS topic.")
        }
    }
}
