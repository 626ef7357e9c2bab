import SQLite
import Testing

@testable import CommandLine

@Suite struct UsageTests {
    @Test(arguments: [
        ("stat", "strata: unknown command 'stat'; did you mean 'start'?"),
        ("frobnicate", "strata: unknown command 'frobnicate'; see 'strata --help'"),
        ("--vresion", "strata: unknown option '--vresion'; did you mean '--version'?"),
        ("layer biuld", "strata layer: unknown command 'biuld'; did you mean 'build'?"),
        ("help strat", "strata: unknown command 'strat'; did you mean 'start'?"),
        ("start --prot 1", "strata start: unknown option '--prot'; did you mean '--port'?"),
        ("start --prot=1", "strata start: unknown option '--prot'; did you mean '--port'?"),
        ("start -p 1", "strata start: unknown option '-p'; see 'strata start --help'"),
        ("start --port", "strata start: --port NUMBER needs a value"),
        ("start --port --host 127.0.0.1", "strata start: --port NUMBER needs a value"),
        ("start --port 65536", "strata start: --port takes a number from 0 to 65535, not '65536'"),
        ("start --port 1 --port 2", "strata start: --port was given twice"),
        ("start here", "strata start: unexpected argument 'here'; see 'strata start --help'"),
        ("start -- here", "strata start: unexpected argument 'here'; see 'strata start --help'"),
        ("start --account 1", "strata start: --account takes 12 digits, not '1'"),
        ("start --data=", "strata start: --data takes a folder, not ''"),
        ("start --function-network all", "strata start: --function-network takes 'isolated' or 'host', not 'all'"),
        ("start --max-concurrency 0", "strata start: --max-concurrency takes a number from 1 to 100000, not '0'"),
        ("doctor --json=yes", "strata doctor: --json takes no value"),
        ("credentials delete", "strata credentials delete: ACCESSKEYID is missing"),
        (
            "credentials delete A B",
            "strata credentials delete: unexpected argument 'B'; see 'strata credentials delete --help'"
        ),
        (
            "credentials create --service S3",
            "strata credentials create: --service takes a service principal such as s3.amazonaws.com, not 'S3'"
        ),
        ("credentials create --account 1", "strata credentials create: --account takes 12 digits, not '1'"),
        (
            "layer build",
            "strata layer build: INPUT is missing: name a requirements.txt, pyproject.toml, package.json, …"
        ),
        ("layer check --json", "strata layer check: FILE|ARN is missing"),
        ("layer check /missing/a.zip", "strata layer check: /missing/a.zip: No such file or directory"),
        (
            "layer check a.zip --runtime python3.x",
            "strata layer check: --runtime takes a runtime such as python3.12 or provided.al2023, not 'python3.x'"
        ),
        (
            "layer check a.zip --architecture arm",
            "strata layer check: --architecture takes x86_64 or arm64, not 'arm'"
        ),
        ("explain L999", "strata explain: no code is 'L999'; 'strata explain' lists them"),
        ("explain L101 L102", "strata explain: unexpected argument 'L102'; see 'strata explain --help'"),
        (
            "layer build --requirements r --runtime nodejs22.x",
            "strata layer build: r has no packages for nodejs22.x; name a --runtime of its language"
        ),
    ])
    func `a usage error is one line on standard error and exit code 2`(line: String, error: String) {
        let result = Session().run(line)
        #expect(result.errors == error)
        #expect(result.output.isEmpty)
        #expect(result.code == 2)
    }

    @Test(arguments: ["", "layer", "function", "credentials"])
    func `a missing subcommand prints the help on standard error`(line: String) {
        let result = Session().run(line)
        #expect(result.code == 2)
        #expect(result.errors.contains("Commands:"))
    }

    @Test(arguments: ["--help", "-h", "help", "layer --help", "help layer build", "start --port x --help"])
    func `help can be requested anywhere on the command line`(line: String) {
        let result = Session().run(line)
        #expect(result.code == 0)
        #expect(result.output.contains("Usage: strata"))
        #expect(result.errors.isEmpty)
    }

    @Test func `the help of every command names every option and default`() {
        func check(_ command: Command, _ path: String) {
            let help = Session().run("\(path) --help").output
            for option in command.options {
                #expect(help.contains(option.usage), "\(path)")
                if case .defaulted(let text) = option.presence { #expect(help.contains(text), "\(path)") }
            }
            for line in help.split(separator: "\n") { #expect(line.count <= 110, "\(line)") }
            for subcommand in command.subcommands {
                #expect(help.contains(subcommand.summary))
                check(subcommand, "\(path) \(subcommand.name)".trimmed)
            }
        }
        check(
            StrataCommand.root(start: StartCommand { _ in 0 }, storage: { folder, _ in SQLiteStorage(folder: folder) }),
            "")
    }

    @Test func `the version is printed in three ways`() {
        #expect(Session().run("--version").output == "strata \(StrataVersion.current)")
        #expect(Session().run("version").output == "strata \(StrataVersion.current)")
        #expect(Session().run("version --json").output == #"{"version":"\#(StrataVersion.current)"}"#)
    }

    @Test func `colours need a terminal, and neither NO_COLOR nor a dumb terminal`() {
        #expect(TextStyle(isTerminal: true, environment: [:]).isColored)
        #expect(TextStyle(isTerminal: true, environment: ["NO_COLOR": ""]).isColored)
        #expect(!TextStyle(isTerminal: true, environment: ["NO_COLOR": "1"]).isColored)
        #expect(!TextStyle(isTerminal: true, environment: ["TERM": "dumb"]).isColored)
        #expect(!TextStyle(isTerminal: false, environment: [:]).isColored)
    }

    @Test(arguments: [
        ("port", "port", 0), ("prot", "port", 1), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3),
    ])
    func `the edit distance counts insertions, deletions, substitutions and swaps`(
        one: String, other: String, distance: Int
    ) {
        #expect(Suggestion.distance(one, other) == distance)
        #expect(Suggestion.distance(other, one) == distance)
    }

    @Test(arguments: [true, false])
    func `untrusted text is sanitized for a terminal, and unchanged for programs`(isTerminal: Bool) {
        let console = Console(
            print: { _ in }, report: { _ in }, style: TextStyle(isTerminal: isTerminal, environment: [:]),
            isTerminal: isTerminal, environment: [:])
        let text = "\u{1B}]0;title\u{7} a\tb\nc\rd\u{9B}2J"
        #expect(console.sanitized(text) == (isTerminal ? "␛]0;title␇ a\tb\nc␍d\u{FFFD}2J" : text))
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
