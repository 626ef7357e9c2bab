/// `strata layer`: groups the commands of layers.
enum LayerCommand {
    static let command = Command(
        name: "layer", summary: "Build and check layers.",
        subcommands: [LayerBuildCommand.command, LayerCheckCommand.command])
}
