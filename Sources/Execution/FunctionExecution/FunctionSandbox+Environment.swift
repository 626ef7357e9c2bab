internal import Domain

extension FunctionSandbox {
    /// The environment variables of the runtime process: the function's own, and those that Lambda reserves.
    ///
    /// Source: "Defined runtime environment variables", Lambda developer guide.
    func environment() -> [String: String] {
        var variables = defaults()
        variables.merge(revision.environment) { _, own in own }
        variables.merge(reserved()) { _, reserved in reserved }
        return variables
    }

    /// The environment variables of extensions: those of the function, without the ones that are for its runtime.
    ///
    /// Source: "Lambda Extensions API", *Extensions as separate processes*, in the Lambda developer guide.
    func extensionEnvironment() -> [String: String] {
        environment().filter { !Self.runtimeVariables.contains($0.key) }
    }

    private static let runtimeVariables: Set<String> = [
        "AWS_EXECUTION_ENV", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "_AWS_XRAY_DAEMON_ADDRESS",
        "_AWS_XRAY_DAEMON_PORT", "_HANDLER",
    ]

    /// Why an environment is started: for an invocation, or before any.
    static func initializationType(isProvisioned: Bool) -> String {
        isProvisioned ? "provisioned-concurrency" : "on-demand"
    }

    /// What a function may set differently for itself.
    private func defaults() -> [String: String] {
        var variables = [
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
            "LD_LIBRARY_PATH":
                "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:\(host.gatewayPort)",
        ]
        if case .provided = revision.runtime.family { return variables }
        // Lambda starts its own runtimes with a shell script.
        variables["PWD"] = "/var/task"
        variables["SHLVL"] = "0"
        return variables
    }

    private func reserved() -> [String: String] {
        let function = revision.function
        var variables = [
            "_HANDLER": revision.handler,
            "AWS_REGION": function.region.description,
            "AWS_DEFAULT_REGION": function.region.description,
            "AWS_LAMBDA_FUNCTION_NAME": function.name.description,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": String(revision.memoryMebibytes),
            "AWS_LAMBDA_FUNCTION_VERSION": revision.version.description,
            "AWS_LAMBDA_INITIALIZATION_TYPE": Self.initializationType(isProvisioned: isProvisioned),
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/\(function.name)",
            "AWS_LAMBDA_LOG_STREAM_NAME": logStreamName,
            "AWS_LAMBDA_RUNTIME_API": runtimeAPI,
            "LAMBDA_TASK_ROOT": "/var/task",
            "LAMBDA_RUNTIME_DIR": "/var/runtime",
            "AWS_ACCESS_KEY_ID": credentials.accessKeyID,
            "AWS_SECRET_ACCESS_KEY": credentials.secretAccessKey,
            "AWS_SESSION_TOKEN": credentials.sessionToken,
        ]
        if case .provided = revision.runtime.family {
        } else {
            variables["AWS_EXECUTION_ENV"] = "AWS_Lambda_\(revision.runtime)"
        }
        if case .json(let level, _) = revision.logFormat {
            variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
            variables["AWS_LAMBDA_LOG_LEVEL"] = level
        }
        return variables
    }
}
