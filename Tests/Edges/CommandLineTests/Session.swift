import FunctionExecution
import SQLite
import Synchronization

@testable import CommandLine

/// Runs command lines in process and captures their output.
final class Session: Sendable {
    struct Result {
        let code: Int32
        let output: String
        let errors: String
    }

    private let lines = Mutex<(output: [String], errors: [String])>(([], []))
    private let started = Mutex<[ServerConfiguration]>([])

    /// What `strata start` was called with.
    var starts: [ServerConfiguration] { started.withLock { $0 } }

    func run(
        _ line: String, environment: [String: String] = ["HOME": "/home/me"], start: StartCommand? = nil
    ) -> Result {
        lines.withLock { $0 = ([], []) }
        let console = Console(
            print: { text in self.lines.withLock { $0.output.append(text) } },
            report: { text in self.lines.withLock { $0.errors.append(text) } },
            style: TextStyle(isTerminal: false, environment: environment), environment: environment)
        let start =
            start
            ?? StartCommand(locator: { RuntimeLocator(files: FullHost(), environment: $0) }) { options in
                self.started.withLock { $0.append(options) }
                return 0
            }
        let words = line.split(separator: " ").map(String.init)
        let code = StrataCommand.main(
            words, root: StrataCommand.root(start: start, storage: { folder, _ in SQLiteStorage(folder: folder) }),
            console: console)
        let (output, errors) = lines.withLock { $0 }
        return Result(code: code, output: output.joined(separator: "\n"), errors: errors.joined(separator: "\n"))
    }
}

/// A file system in which every path is an executable file.
private struct FullHost: RuntimeFiles {
    func resolved(_ path: String) -> String? { path }
    func isFile(_ path: String) -> Bool { true }
    func isExecutable(_ path: String) -> Bool { true }
    func names(in directory: String) -> [String] { [] }
}
