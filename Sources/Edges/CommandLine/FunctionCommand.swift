internal import Packaging

/// `strata function package`: builds a function's deployment package from a folder.
enum FunctionCommand {
    static let command = Command(
        name: "function", summary: "Build deployment packages of functions.", subcommands: [package])

    static let code = Option("code", "FOLDER", .defaulted("."), help: "Folder with the code.")
    static let output = Option("output", "FILE", .defaulted("function.zip"), help: "Zip file to write.")
    static let requirements = Option(
        "requirements", "FILE", .optional(),
        help: "pip requirements file to install beside the code, instead of in a layer.")

    static let include = Option(
        "include", "PATTERN", .repeated,
        help: "What to pack though it is left out otherwise: a name, or a path from the root of the code.")

    static let package = Command(
        name: "package",
        summary: "Zip a function's code, with or without dependencies.",
        details: """
            Excludes \(IgnoreRules.always.prefix(8).joined(separator: ", ")),
            \(IgnoreRules.always.dropFirst(8).joined(separator: ", ")),
            virtual environments, node_modules beside code in Python, and files that match FOLDER/.strataignore;
            --include brings something back. The same files always give the same bytes. Then:
              aws lambda update-function-code --function-name NAME --zip-file fileb://function.zip
            """,
        options: [
            code.description, output.description, include.description, requirements.description,
            BuildOptions.runtime.description, BuildOptions.architecture.description, BuildOptions.installer.description,
            BuildOptions.json.description,
        ],
        run: { arguments, console in
            let dependencies = try arguments.optionalValue(of: requirements).map {
                try BuildOptions.dependencies(arguments, console, requirements: $0)
            }
            let packager = FunctionPackager(
                code: try arguments.value(of: code), dependencies: dependencies,
                including: try arguments.values(of: include))
            let report = try packager.package(output: arguments.value(of: output), progress: console.report)
            PackageSummary(report: report).print(on: console, asJSON: arguments[BuildOptions.json])
            return 0
        })
}
