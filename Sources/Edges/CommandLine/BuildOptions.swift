internal import Domain
internal import Packaging

/// The options for installing dependencies, some shared by `layer build` and `function package`.
enum BuildOptions {
    static let runtime = Option(
        "runtime", "NAME", .defaulted("python3.12"), help: "Target runtime of the packages."
    ) { (text) throws(ValueError) -> RuntimeIdentifier in
        guard let runtime = RuntimeIdentifier(text), case .python = runtime.family else {
            throw ValueError(expectation: "a Python runtime such as python3.12")
        }
        return runtime
    }
    static let architecture = Option(
        "architecture", "NAME", .defaulted(Architecture.byDefault.rawValue),
        help: "Target architecture: x86_64 or arm64."
    ) { (text) throws(ValueError) -> Architecture in
        guard let architecture = Architecture(rawValue: text) else {
            throw ValueError(expectation: "x86_64 or arm64")
        }
        return architecture
    }
    static let installer = Option(
        "uv", "PATH", .optional(otherwise: "PATH, then .strata/venv/bin"), help: "The uv program.")
    static let json = Flag("json", help: "Print JSON.")

    static func dependencies(
        _ arguments: Arguments, _ console: Console, requirements: String
    ) throws -> PythonDependencies {
        let platform = try PythonPlatform(
            runtime: arguments.value(of: runtime), architecture: arguments.value(of: architecture))
        let locator = UVLocator(searchPath: console.environment["PATH"] ?? "")
        let installer = try locator.locate(named: arguments.optionalValue(of: installer))
        console.report(
            "Installing \(requirements) for Python \(platform.pythonVersion) on \(platform.name)")
        return PythonDependencies(
            installer: installer, requirements: requirements, platform: platform, environment: console.environment)
    }
}
