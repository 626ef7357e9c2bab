internal import AWSProtocol
internal import Digest
internal import LinuxSystem
internal import Packaging
internal import Toolchain

/// `strata deploy`: brings a folder's functions and layers to a server.
enum DeployCommand {
    static let watch = Flag("watch", help: "Deploy again after each edit, until Ctrl-C.")
    static let bucket = Option(
        "s3-bucket", "NAME", .optional(), help: "Bucket to upload zips to, which those of more than 50 MB need.")
    static let json = Flag("json", help: "Print JSON, one document for each step.")

    static let command = Command(
        name: "deploy",
        summary: "Build and update the functions and layers of a folder, where they changed.",
        details: """
            DIR (the working directory, where it is not given) has a strata.toml:

              [function.hello]
              runtime = "python3.12"
              handler = "app.handler"
              layers = ["tools"]          # names below, or ARNs

              [function.hello.environment]
              GREETING = "Hello"

              [layer.tools]
              input = "requirements.txt"  # what 'strata layer build' takes; or folder = "...", or zip = "..."

            More settings of a function: code (a folder), include, memory, timeout, architecture, ephemeral-storage,
            description and role; of a layer: runtime, architecture and description. A layer is published when its
            content changed, code is replaced when it changed, settings are changed when they differ. 'strata new'
            makes such a folder.
            """,
        options: [watch.description, bucket.description, BuildOptions.installer.description, json.description]
            + ServerConnection.options,
        operand: "DIR", operandCount: .optional,
        run: { arguments, console in
            let folder = arguments.operands.first ?? "."
            let server = try ServerConnection(arguments, console.environment)
            let tools = Deployment.Tools(
                build: { try build($0, $1, to: $2, arguments, console) },
                content: { zip, name throws in
                    try server.content(
                        ofZip: zip, named: name, bucket: arguments.optionalValue(of: bucket), arguments, console)
                },
                role: { try server.standardRole(arguments, console.environment) },
                report: { print($0, asJSON: arguments[json], console) })
            var deployment = Deployment(
                client: server.lambda(console.environment), folder: folder, waitsForStates: try !server.isStrata(),
                tools: tools)
            guard arguments[watch] else {
                try run(&deployment, try configuration(in: folder), console, asJSON: arguments[json])
                return 0
            }
            return try follow(&deployment, folder, console, asJSON: arguments[json])
        })

    private static func configuration(in folder: String) throws -> DeploymentConfiguration {
        let path = "\(folder)/\(DeploymentConfiguration.fileName)"
        let content: [UInt8]
        do throws(SystemCallError) {
            content = try WholeFile.content(path)
        } catch {
            throw CommandFailure("\(error)\nA folder to deploy has a strata.toml; 'strata new' makes one.")
        }
        do throws(DeploymentError) {
            return try DeploymentConfiguration(content)
        } catch {
            throw CommandFailure("\(path): \(error)")
        }
    }

    private static func run(
        _ deployment: inout Deployment, _ configuration: DeploymentConfiguration, _ console: Console, asJSON: Bool
    ) throws {
        let start = MonotonicClock.nowNanoseconds()
        try deployment.run(configuration)
        let milliseconds = Int((MonotonicClock.nowNanoseconds() - start) / 1_000_000)
        if !asJSON { console.report("Deployed in \(Quantity.elapsed(milliseconds: milliseconds))") }
    }

    /// Deploys after each change. What is wrong with an edit is told, and the next one is waited for.
    private static func follow(
        _ deployment: inout Deployment, _ folder: String, _ console: Console, asJSON: Bool
    ) throws -> Int32 {
        let hold = BlockedSignals()
        let watch = try DeploymentWatch(folder: folder)
        repeat {
            var current: DeploymentConfiguration?
            do {
                // Watched before it is read: what changes meanwhile is deployed next.
                try watch.cover(nil)
                let configuration = try configuration(in: folder)
                current = configuration
                try watch.cover(configuration)
                try run(&deployment, configuration, console, asJSON: asJSON)
            } catch {
                if hold.isPending { break }
                deployment.forget()
                console.report("\(error)")
                // The same again: the error may have come before it was watched.
                try? watch.cover(current)  // a path that cannot be watched has just been told
            }
            if !asJSON { console.report("Waiting for changes in \(folder). Ctrl-C ends.") }
        } while watch.awaitChange(hold: hold)
        return 0
    }

    private static func build(
        _ input: String, _ layer: DeploymentConfiguration.Layer, to zip: String, _ arguments: Arguments,
        _ console: Console
    ) throws {
        var recipe = LayerRecipe(
            input: try LayerInput(detecting: input), runtimes: [layer.runtime], architecture: layer.architecture,
            output: zip)
        recipe.writesMaterials = false
        var display = BuildProgressDisplay(console)
        defer { display.finish() }
        let report = try LayerBuild(recipe, tools: LayerBuildCommand.tools(arguments, console)).run { display.show($0) }
        display.finish()
        for note in report.notes { console.report("\(layer.name): \(note)") }
    }

    private static func print(_ step: DeploymentStep, asJSON: Bool, _ console: Console) {
        guard !asJSON else {
            return console.print(
                json: .structure([
                    step.subject.rawValue: .string(step.name), "action": .string(step.action.rawValue),
                    "reason": .string(step.reason), "milliseconds": .integer(Int64(step.milliseconds)),
                ]))
        }
        let words =
            switch step.action {
            case .created: "created"
            case .published: "published"
            case .codeUpdated: "code updated"
            case .configurationUpdated: "settings updated"
            case .unchanged: "unchanged"
            }
        let line =
            "\(step.subject.rawValue) \(step.name): \(words) (\(step.reason), "
            + "\(Quantity.elapsed(milliseconds: step.milliseconds)))"
        console.print(line.onOneLine)
    }
}
