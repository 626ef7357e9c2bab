extension RuntimeProgram {
    /// The Python runtime for CPython 3.9 to 3.14, and for 3.6 to 3.8 where a user names their interpreters. It behaves
    /// as AWS's Python runtimes do.
    ///
    /// Its working directory is `/var/task`, and it reads these environment variables: `AWS_LAMBDA_RUNTIME_API`,
    /// `_HANDLER`, `LAMBDA_TASK_ROOT`, `AWS_EXECUTION_ENV`, and those of the context object.
    ///
    /// `-S` hides the host's site packages from the function, and starts the interpreter in two thirds of the time; the
    /// interpreter's environment variables (above all `PYTHONPATH`) still apply, as on AWS.
    public static let python = RuntimeProgram(
        language: "python",
        runtimes: (9...14).map { Runtime(name: "python3.\($0)", version: "3.\($0)") },
        formerRuntimes: (6...8).map { Runtime(name: "python3.\($0)", version: "3.\($0)") },
        files: [
            File(name: "bootstrap.py", bytes: PackageResources.bootstrap_py),
            File(name: "bootstrap_api.py", bytes: PackageResources.bootstrap_api_py),
            File(name: "bootstrap_awslambdaric.py", bytes: PackageResources.bootstrap_awslambdaric_py),
            File(name: "bootstrap_bytecode.py", bytes: PackageResources.bootstrap_bytecode_py),
            File(name: "bootstrap_context.py", bytes: PackageResources.bootstrap_context_py),
            File(name: "bootstrap_encoder.py", bytes: PackageResources.bootstrap_encoder_py),
            File(name: "bootstrap_faults.py", bytes: PackageResources.bootstrap_faults_py),
            File(name: "bootstrap_json.py", bytes: PackageResources.bootstrap_json_py),
            File(name: "bootstrap_logging.py", bytes: PackageResources.bootstrap_logging_py),
            File(name: "bytecode_compiler.py", bytes: PackageResources.bytecode_compiler_py),
        ],
        mainFile: "bootstrap.py",
        flags: ["-S"],
        bytecodeCompiler: (file: "bytecode_compiler.py", flags: ["-I", "-S", "-B"], suffix: ".py"),
        sdk: SDK(
            package: "boto3", evidence: "boto3/__init__.py",
            compile: { folder in
                [
                    "-I", "-S", "-m", "compileall", "-q", "-s", folder, "-p", RuntimeProgram.directory,
                    "--invalidation-mode", "unchecked-hash", folder,
                ]
            }),
        interpreters: pythonInterpreters)

    /// CPython finds its standard library beside its program (<https://docs.python.org/3/library/sys_path_init.html>),
    /// and so does this search.
    private static let pythonInterpreters = InterpreterSearch(
        program: { "python\($0)" },
        programPrefix: "python3",
        evidence: { version in ["lib", "lib64", "local/lib"].map { "\($0)/python\(version)/os.py" } },
        packageFolders: { version in
            // Debian's interpreters have packages in dist-packages.
            ["lib", "lib64", "local/lib"].flatMap { folder in
                ["site", "dist"].map { "\(folder)/python\(version)/\($0)-packages" }
            } + ["lib/python3/dist-packages"]
        },
        installers: [
            InterpreterSearch.Installer(
                name: "pyenv", variable: "PYENV_ROOT", folder: ".pyenv", installations: "versions"),
            InterpreterSearch.Installer(
                name: "uv", variable: "UV_PYTHON_INSTALL_DIR", folder: ".local/share/uv/python", prefix: "cpython-"),
        ],
        installCommand: { "uv python install \($0)" })
}
