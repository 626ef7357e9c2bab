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

    /// Checks the name of a new function, which is shorter than the names that requests may ask for.
    static func check(newName name: FunctionName) throws(ServiceError) {
        let (text, limit) = (name.description, LambdaLimits.functionNameCharacters)
        guard text.utf8.count > limit else { return }
        let constraint = "Member must have length less than or equal to \(limit)"
        throw .invalidParameter(AWSError.validation(value: text, at: "functionName", constraint: constraint).message)
    }

    /// Checks the request for a new function, without any look-up.
    ///
    /// - Parameter named: the runtimes that a user has named an interpreter for: those run, also where Lambda no longer
    ///   supports them.
    static func check(
        creating request: Lambda.CreateFunctionRequest, named: Set<Lambda.Runtime>
    ) throws(ServiceError) {
        guard request.packageType != .image, request.code.imageUri == nil else {
            throw .invalidParameter("Strata runs functions of PackageType Zip. Container images are not supported.")
        }
        guard request.runtime != nil, let handler = request.handler, !handler.isEmpty else {
            throw .invalidParameter(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
        }
        try check(request, "creating", named)
        try TagRules.check(request.tags ?? [:])
    }

    /// Checks the request for new code, without any look-up.
    static func check(updating request: Lambda.UpdateFunctionCodeRequest) throws(ServiceError) {
        guard request.imageUri == nil else { throw notForZip("ImageUri", "updating") }
    }

    /// Checks the request for changed settings, without any look-up.
    static func check(
        updating request: Lambda.UpdateFunctionConfigurationRequest, named: Set<Lambda.Runtime>
    ) throws(ServiceError) {
        try check(request, "updating", named)
    }

    /// The rules of settings that creations and updates have in common.
    private static func check(
        _ settings: some FunctionConfigurationRequest, _ doing: String, _ named: Set<Lambda.Runtime>
    ) throws(ServiceError) {
        guard settings.imageConfig == nil else { throw notForZip("ImageConfig", doing) }
        try check(absent: [
            "CapacityProviderConfig": settings.capacityProviderConfig != nil,
            "DurableConfig": settings.durableConfig != nil, "RuntimeConfig": settings.runtimeConfig != nil,
            "AcceleratorConfig": settings.acceleratorConfig != nil,
        ])
        try check(runtime: settings.runtime, named)
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

    /// The runtime, which has to be one that Lambda knows and still accepts.
    private static func check(runtime: Lambda.Runtime?, _ named: Set<Lambda.Runtime>) throws(ServiceError) {
        guard let runtime, !named.contains(runtime) else { return }
        guard !retiredRuntimes.contains(runtime) else {
            throw .invalidParameter(
                "The runtime parameter of \(runtime.rawValue) is no longer supported for creating or updating AWS "
                    + "Lambda functions. We recommend you use a supported runtime while creating or updating functions."
            )
        }
        guard Lambda.Runtime.accepted.contains(runtime) else {
            throw .invalidParameter(Lambda.unknownRuntime(runtime).message)
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
