internal import AWSProtocol
internal import Domain
internal import Packaging

/// `strata layer build`: the zip of a layer from a requirements file.
enum LayerCommand {
    static let command = Command(
        name: "layer", summary: "Make layers.", subcommands: [build])

    static let requirements = Option(
        "requirements", "FILE", .required,
        help: "A pip requirements file. Pin every version to get the same layer again.")
    static let output = Option("output", "FILE", .defaulted("layer.zip"), help: "Where to write the zip.")

    static let build = Command(
        name: "build",
        summary: "Build a layer's zip from requirements.txt, for any runtime and architecture.",
        details: """
            Installs wheels with uv, so neither containers nor the target's machine are needed, and packs them under
            python/. The same wheels make the same bytes on any host. Then:
              aws lambda publish-layer-version --layer-name NAME --zip-file fileb://layer.zip
            """,
        options: [
            requirements.description, BuildOptions.runtime.description, BuildOptions.architecture.description,
            output.description, BuildOptions.installer.description, BuildOptions.json.description,
        ],
        run: { arguments, console in
            let builder = try BuildOptions.builder(
                arguments, console, requirements: arguments.value(of: requirements))
            let report = try builder.build(output: arguments.value(of: output), progress: console.report)
            PackageSummary(report: report).print(on: console, asJSON: arguments[BuildOptions.json])
            return 0
        })
}
