internal import Packaging

/// `strata function package`: the deployment package of a function from its folder.
enum FunctionCommand {
    static let command = Command(
        name: "function", summary: "Make deployment packages.", subcommands: [package])

    static let code = Option("code", "FOLDER", .defaulted("."), help: "The folder that holds the code.")
    static let output = Option("output", "FILE", .defaulted("function.zip"), help: "Where to write the zip.")
    static let requirements = Option(
        "requirements", "FILE", .optional(),
        help: "Install these packages beside the code: a fat package, which needs no layer.")

    static let package = Command(
        name: "package",
        summary: "Zip a folder of code, alone or with its dependencies.",
        details: """
            Leaves out \(IgnoreRules.always.joined(separator: ", "))
            and what the patterns in FOLDER/.strataignore name. The same files make the same bytes. Then:
              aws lambda update-function-code --function-name NAME --zip-file fileb://function.zip
            """,
        options: [
            code.description, output.description, requirements.description, BuildOptions.runtime.description,
            BuildOptions.architecture.description, BuildOptions.installer.description, BuildOptions.json.description,
        ],
        run: { arguments, console in
            let dependencies = try arguments.optionalValue(of: requirements).map {
                try BuildOptions.builder(arguments, console, requirements: $0)
            }
            let packager = FunctionPackager(code: try arguments.value(of: code), dependencies: dependencies)
            let report = try packager.package(output: arguments.value(of: output), progress: console.report)
            PackageSummary(report: report).print(on: console, asJSON: arguments[BuildOptions.json])
            return 0
        })
}
