internal import AWSProtocol
internal import Domain
internal import Packaging

/// `strata layer build`: builds a layer's zip from a requirements file.
enum LayerCommand {
    static let command = Command(
        name: "layer", summary: "Build, check, publish and look after layers.",
        subcommands: [
            build, LayerCheckCommand.command, LayerInspectCommand.command, LayerDiffCommand.command,
            LayerSplitCommand.command, LayerPublishCommand.command, LayerListCommand.command,
            LayerShowCommand.command, LayerUsersCommand.command, LayerRolloutCommand.command,
            LayerRehearseCommand.command, LayerPruneCommand.command,
            LayerPullCommand.command,
        ])

    static let requirements = Option(
        "requirements", "FILE", .required,
        help: "pip requirements file. Pin every version for a reproducible layer.")
    static let output = Option("output", "FILE", .defaulted("layer.zip"), help: "Zip file to write.")

    static let build = Command(
        name: "build",
        summary: "Build a layer's zip from requirements.txt, for any runtime and architecture.",
        details: """
            Installs wheels with uv, without containers and for any target machine, and packs them under python/.
            The same wheels give the same bytes on every host. Then:
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
