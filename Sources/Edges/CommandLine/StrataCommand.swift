internal import Glibc
internal import LinuxSystem
public import ServiceKit
public import Store

/// Opens the rows of a server: files of its data folder, or a database elsewhere.
public typealias StorageOpener =
    @Sendable (_ dataFolder: String, _ database: DatabaseLocation) throws -> any Storage

/// The `strata` program.
public enum StrataCommand {
    /// Runs one command line and returns the exit code: 0 for success, 1 for a failure, 2 for a usage error. Every
    /// failure is one line on standard error.
    ///
    /// - Parameters:
    ///   - words: The words after the program's name.
    ///   - storage: Opens the rows of a server.
    ///   - start: Runs the server for `strata start`; returns the exit code after it has stopped.
    public static func main(
        _ words: [String], storage: @escaping StorageOpener,
        start: @escaping @Sendable (ServerConfiguration) throws -> Int32
    ) -> Int32 {
        main(words, root: root(start: StartCommand(run: start), storage: storage), console: .ofThisProcess())
    }

    /// Whether the environment allows colours on a terminal: not with `NO_COLOR` (<https://no-color.org>) or
    /// `TERM=dumb`.
    public static var allowsColors: Bool {
        TextStyle(isTerminal: true, environment: ProcessEnvironment.variables()).isColored
    }

    static func main(_ words: [String], root: Command, console: Console) -> Int32 {
        do {
            switch try CommandLineParser(root: root).parse(words) {
            case .version:
                console.print("strata \(StrataVersion.current)")
                return 0
            case .help(let path):
                console.print(help(path, console))
                return 0
            case .incomplete(let path):
                console.report(help(path, console))
                return 2
            case .run(let command, var arguments):
                try SettingSources(variables: console.environment).fill(&arguments, of: command)
                return try command.run?(arguments, console) ?? 2
            }
        } catch let error as UsageError {
            console.report(error.description)
            return 2
        } catch {
            console.report(console.sanitized("strata: \(error)"))
            return 1
        }
    }

    static func root(start: StartCommand, storage: @escaping StorageOpener) -> Command {
        Command(
            name: "strata",
            summary: "Run AWS Lambda functions, with layers, on your own Linux machine.",
            subcommands: [
                start.command, DoctorCommand.command, NewCommand.command, DeployCommand.command, LayerCommand.command,
                OptCommand.command,
                FunctionCommand.command,
                InvokeCommand.command, EventCommand.command, LogsCommand.command, EventsCommand.command,
                TopCommand.command, MetricsCommand.command, CredentialsCommand(storage: storage).command,
                ExplainCommand.command, VersionCommand.command,
            ])
    }

    private static func help(_ path: [Command], _ console: Console) -> String {
        String(HelpText.of(path, style: console.style).dropLast())
    }
}
