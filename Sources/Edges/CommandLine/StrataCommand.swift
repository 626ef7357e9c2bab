internal import Glibc

/// The `strata` program.
public enum StrataCommand {
    /// Runs one command line and returns the exit code: 0 for success, 1 for a failure, 2 for a usage error. Every
    /// failure is one line on standard error.
    ///
    /// - Parameters:
    ///   - words: The words after the program's name.
    ///   - start: Runs the server for `strata start`; returns the exit code after it has stopped.
    public static func main(_ words: [String], start: @escaping @Sendable (ServerConfiguration) throws -> Int32)
        -> Int32
    {
        main(words, root: root(start: StartCommand(run: start)), console: .ofThisProcess())
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
            case .run(let command, let arguments):
                return try command.run?(arguments, console) ?? 2
            }
        } catch let error as UsageError {
            console.report(error.description)
            return 2
        } catch {
            console.report("strata: \(error)")
            return 1
        }
    }

    static func root(start: StartCommand) -> Command {
        Command(
            name: "strata",
            summary: "Run AWS Lambda functions, with layers, on your own Linux machine.",
            subcommands: [
                start.command, DoctorCommand.command, LayerCommand.command, FunctionCommand.command,
                InvokeCommand.command, LogsCommand.command, EventsCommand.command, TopCommand.command,
                MetricsCommand.command, CredentialsCommand.command, VersionCommand.command,
            ])
    }

    private static func help(_ path: [Command], _ console: Console) -> String {
        String(HelpText.of(path, style: console.style).dropLast())
    }
}
