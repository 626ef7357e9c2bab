extension RuntimeProgram {
    /// The Python runtime, for CPython 3.9 to 3.14, which behaves as AWS's Python runtimes do.
    ///
    /// It is started in `/var/task` and takes everything else from its environment variables: `AWS_LAMBDA_RUNTIME_API`,
    /// `_HANDLER`, `LAMBDA_TASK_ROOT`, `AWS_EXECUTION_ENV`, and those that the context object shows.
    ///
    /// `-S` keeps what the host's distribution has installed for itself out of the function's reach, and starts the
    /// interpreter in two thirds of the time; the variables that steer an interpreter (`PYTHONPATH` above all) still
    /// count, as they do on AWS.
    public static let python = RuntimeProgram(
        files: [
            File(name: "bootstrap.py", bytes: PackageResources.bootstrap_py),
            File(name: "bootstrap_api.py", bytes: PackageResources.bootstrap_api_py),
            File(name: "bootstrap_context.py", bytes: PackageResources.bootstrap_context_py),
            File(name: "bootstrap_encoder.py", bytes: PackageResources.bootstrap_encoder_py),
            File(name: "bootstrap_faults.py", bytes: PackageResources.bootstrap_faults_py),
            File(name: "bootstrap_json.py", bytes: PackageResources.bootstrap_json_py),
            File(name: "bootstrap_logging.py", bytes: PackageResources.bootstrap_logging_py),
        ],
        mainFile: "bootstrap.py",
        flags: ["-S"])
}
