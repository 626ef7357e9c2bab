internal import AWSModel
internal import AWSProtocol
internal import Domain

/// The rules of a function's settings that the service model does not have, with Lambda's sentences. Pure.
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

    /// What can be said of a new function without looking anything up.
    static func check(creating request: Lambda.CreateFunctionRequest) throws(PlatformError) {
        guard request.packageType != .image, request.code.imageUri == nil else {
            throw .invalidParameter("Strata runs functions of PackageType Zip. Container images are not supported.")
        }
        guard request.runtime != nil, let handler = request.handler, !handler.isEmpty else {
            throw .invalidParameter(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.")
        }
        try check(runtime: request.runtime)
        try check(
            memory: request.memorySize, timeout: request.timeout, temporaryStorage: request.ephemeralStorage?.size)
        try check(environment: request.environment?.variables)
    }

    /// What can be said of changed settings without looking anything up.
    static func check(updating request: Lambda.UpdateFunctionConfigurationRequest) throws(PlatformError) {
        try check(runtime: request.runtime)
        try check(
            memory: request.memorySize, timeout: request.timeout, temporaryStorage: request.ephemeralStorage?.size)
        try check(environment: request.environment?.variables)
    }

    /// The sizes of a function. The model's bounds are those of functions on managed instances, which go further.
    private static func check(memory: Int?, timeout: Int?, temporaryStorage: Int?) throws(PlatformError) {
        try check(memory, at: "memorySize", atMost: LambdaLimits.memoryMebibytes.upperBound)
        try check(timeout, at: "timeout", atMost: LambdaLimits.timeoutSeconds.upperBound)
        try check(
            temporaryStorage, at: "ephemeralStorage.size", atMost: LambdaLimits.temporaryStorageMebibytes.upperBound)
    }

    private static func check(_ value: Int?, at member: String, atMost limit: Int) throws(PlatformError) {
        guard let value, value > limit else { return }
        let constraint = "Member must have value less than or equal to \(limit)"
        throw PlatformError(
            .validation, AWSError.validation(value: "\(value)", at: member, constraint: constraint).message)
    }

    /// The runtime, which has to be one that Lambda knows.
    private static func check(runtime: Lambda.Runtime?) throws(PlatformError) {
        guard let runtime, !Lambda.Runtime.allKnown.contains(runtime) else { return }
        throw .invalidParameter(Lambda.unknownRuntime(runtime).message)
    }

    /// The function's own environment variables.
    private static func check(environment: [String: String]?) throws(PlatformError) {
        guard let environment else { return }
        let reserved = environment.keys.filter(reservedVariables.contains).sorted()
        guard reserved.isEmpty else {
            throw .invalidParameter(
                "Lambda was unable to configure your environment variables because the environment variables you have "
                    + "provided contains reserved keys that are currently not supported for modification. Reserved "
                    + "keys used in this request: \(reserved.joined(separator: ", "))")
        }
        let size = environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        guard size <= LambdaLimits.environmentBytes else {
            throw .invalidParameter(
                "Lambda was unable to configure your environment variables because the environment variables you have "
                    + "provided exceeded the 4KB limit. \(size) bytes were measured.")
        }
    }
}
