/// `strata layer`: groups the commands of layers.
enum LayerCommand {
    static let command = Command(
        name: "layer", summary: "Build, check, publish and look after layers.",
        subcommands: [
            LayerBuildCommand.command, LayerCheckCommand.command, LayerInspectCommand.command, LayerDiffCommand.command,
            LayerSplitCommand.command, LayerPublishCommand.command, LayerListCommand.command, LayerShowCommand.command,
            LayerUsersCommand.command, LayerRehearseCommand.command, LayerRolloutCommand.command,
            LayerPruneCommand.command, LayerPullCommand.command,
        ])
}
