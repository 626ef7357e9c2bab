import AWSClient
import Domain
import FunctionExecution
import Glibc
import Scheduler
import ServiceKit
import Testing

@testable import CommandLine

/// Precedence, names and types of settings, for every option of `strata start` alike.
@Suite struct SettingSourcesTests {
    private static let command = StartCommand { _ in 0 }.command
    /// Those that a configuration file has, and thereby a variable.
    private static let settings = command.options.filter { $0.key != nil }.map(\.name)

    private func option(_ name: String) throws -> OptionDescription {
        try #require(Self.command.options.first { $0.name == name })
    }

    /// The arguments of `strata start WORDS`, filled from variables and the text of a configuration file.
    private func arguments(
        _ words: [String] = [], _ variables: [String: String] = [:], file text: String? = nil
    ) throws -> Arguments {
        let root = Command(name: "strata", summary: "", subcommands: [Self.command])
        let file = try text.map { try TemporaryFile($0) }
        let config = file.map { ["--config", $0.path] } ?? []
        guard case .run(_, var arguments) = try CommandLineParser(root: root).parse(["start"] + config + words) else {
            throw UsageError("test", "not a run")
        }
        try SettingSources(variables: variables).fill(&arguments, of: Self.command)
        return arguments
    }

    private func error(_ variables: [String: String] = [:], file text: String? = nil) throws -> String {
        do {
            _ = try arguments([], variables, file: text)
            return ""
        } catch let error as UsageError {
            // The file's folder differs from run to run.
            return error.description.replacing(/\/[^ :]*settings\.toml/, with: "FILE")
        }
    }

    /// A value of the option's type, as variables and the command line write it, and as the file does.
    private func value(_ number: Int, of option: OptionDescription) -> (text: String, file: String) {
        let text = option.kind == .text ? "value-\(number)" : option.kind == .flag ? "true" : "\(number)"
        let file = option.kind == .text ? "\"\(text)\"" : text
        if case .repeated = option.presence { return (text, "[\(file)]") }
        return (text, file)
    }

    @Test func `every option but --config has a key, and every one has a variable`() {
        #expect(Self.settings.count == Self.command.options.count - 1)
        #expect(Self.command.options.allSatisfy { $0.variable?.hasPrefix("STRATA_") == true })
        #expect(Set(Self.command.options.compactMap(\.variable)).count == Self.command.options.count)
        #expect(Set(Self.command.options.compactMap(\.key)).count == Self.settings.count)
    }

    @Test(arguments: settings) func `the file sets an option`(name: String) throws {
        let option = try option(name)
        let value = value(3, of: option)
        let arguments = try arguments(file: "# note\n\(option.key ?? "") = \(value.file)\n")
        #expect(arguments.texts[name] == [option.kind == .flag ? "" : value.text])
        #expect(arguments.label(of: option).hasSuffix("settings.toml:2: \(option.key ?? "")"))
    }

    @Test(arguments: settings) func `a variable takes precedence over the file`(name: String) throws {
        let option = try option(name)
        let variable = try #require(option.variable)
        let file = "\(option.key ?? "") = \(value(3, of: option).file)"
        let value = option.kind == .flag ? "false" : value(2, of: option).text
        let arguments = try arguments([], [variable: value], file: file)
        #expect(arguments.texts[name] == (option.kind == .flag ? nil : [value]))
        #expect(arguments.label(of: option) == variable)
    }

    @Test(arguments: settings) func `the command line takes precedence over variable and file`(name: String) throws {
        let option = try option(name)
        let variable = try #require(option.variable)
        let file = "\(option.key ?? "") = \(value(3, of: option).file)"
        let words = option.kind == .flag ? ["--\(name)"] : ["--\(name)", value(1, of: option).text]
        let other = option.kind == .flag ? "false" : value(2, of: option).text
        let arguments = try arguments(words, [variable: other], file: file)
        #expect(arguments.texts[name] == [option.kind == .flag ? "" : value(1, of: option).text])
        #expect(arguments.label(of: option) == "--\(name)")
    }

    @Test(arguments: settings) func `without any source an option keeps its default`(name: String) throws {
        let option = try option(name)
        #expect(try arguments(file: "").texts[name] == nil)
        #expect(try arguments([], [option.variable ?? "": ""]).texts[name] == nil, "an empty variable counts as unset")
    }

    @Test(arguments: settings) func `a value of another type is refused, with its line`(name: String) throws {
        let option = try option(name)
        let key = try #require(option.key)
        let isText = option.kind == .text
        let wrong = isText ? "1" : "\"x\""
        let message = try error(file: "\n\(key) = \(wrong)")
        #expect(message.hasPrefix("strata start: FILE:2: \(key) takes "), "\(message)")
        #expect(message.hasSuffix(isText ? ", not the integer 1" : ", not the string 'x'"), "\(message)")
    }

    @Test(arguments: settings) func `the help names variable and key`(name: String) throws {
        let option = try option(name)
        let help = Session().run("start --help").output
        #expect(help.contains("[variable: \(option.variable ?? "")]"))
        #expect(help.contains("[file: \(option.key ?? "")]"))
    }

    @Test(arguments: [
        ("[server]\nprot = 1", "FILE:2: unknown key 'server.prot'; did you mean 'server.port'?"),
        ("port = 1", "FILE:1: unknown key 'port'; did you mean 'server.port'?"),
        ("[limits]\nport = 1", "FILE:2: unknown key 'limits.port'; did you mean 'server.port'?"),
        (
            "[functions]\nretry-dely = 1",
            "FILE:2: unknown key 'functions.retry-dely'; did you mean 'functions.retry-delay'?"
        ),
        (
            "functions.function-network = 'host'",
            "FILE:1: unknown key 'functions.function-network'; did you mean 'functions.network'?"
        ),
        ("[sever]\nport = 1", "FILE:1: unknown table 'sever'; did you mean 'server'?"),
        ("[unrelated]", "FILE:1: unknown table 'unrelated'; see 'strata start --help'"),
        ("server.colour = 1", "FILE:1: unknown key 'server.colour'; see 'strata start --help'"),
        ("\"server.port\" = 1", "FILE:1: unknown key '\"server.port\"'; did you mean 'server.port'?"),
        ("[server.port]", "FILE:1: server.port takes an integer, not a table"),
        ("server = 1", "FILE:1: server is a table, not an integer"),
        ("server.port = 1.5", "FILE:1: server.port takes an integer, not the float 1.5"),
        ("server.auth = 'yes'", "FILE:1: server.auth takes true or false, not the string 'yes'"),
        ("functions.runtimes = 'a=b'", "FILE:1: functions.runtimes takes an array of strings, not the string 'a=b'"),
        ("functions.runtimes = [1]", "FILE:1: functions.runtimes takes an array of strings, not an array"),
        ("server.port = # none", "FILE:1:15: expected a value, not '#'"),
        ("[server", "FILE:1:8: expected ']', not the end of the file"),
    ])
    func `an error in the file names file and line`(text: String, message: String) throws {
        #expect(try error(file: text) == "strata start: \(message)")
    }

    @Test(arguments: [
        ("STRATA_PROT", "1", "unknown variable 'STRATA_PROT'; did you mean 'STRATA_PORT'?"),
        ("STRATA_UNRELATED", "1", "unknown variable 'STRATA_UNRELATED'; see 'strata start --help'"),
        ("STRATA_AUTH", "yes", "STRATA_AUTH takes 'true' or 'false', not 'yes'"),
        ("STRATA_CONFIG", "/nowhere", "STRATA_CONFIG cannot be read: open /nowhere: No such file or directory"),
    ])
    func `an error in a variable names the variable`(name: String, value: String, message: String) throws {
        #expect(try error([name: value]) == "strata start: \(message)")
    }

    @Test(arguments: [
        ("STRATA_PORT", "65536", "STRATA_PORT takes a number from 0 to 65535, not '65536'"),
        ("STRATA_HOST", "0.0.0.0", "STRATA_HOST 0.0.0.0 is reachable from other machines: that requires --auth"),
        ("STRATA_LOG_LEVEL", "loud", "STRATA_LOG_LEVEL takes 'error', 'warning', 'info' or 'debug', not 'loud'"),
    ])
    func `a value that the option does not accept is refused by the variable's name`(
        name: String, value: String, message: String
    ) {
        let result = Session().run("start", environment: ["HOME": "/home/me", name: value])
        #expect(result.code == 2)
        #expect(result.errors == "strata start: \(message)")
    }

    @Test func `a file that is too long, or not text, is refused`() throws {
        #expect(try error(file: String(repeating: "#\n", count: 600_000)).contains("more than 1048576 bytes"))
        #expect(try error(["STRATA_CONFIG": "/proc/self/exe"]).contains("STRATA_CONFIG names a file of more than"))
        #expect(try error(["STRATA_CONFIG": "/"]).contains("STRATA_CONFIG cannot be read: read: Is a directory"))
    }

    @Test func `a variable lists the values of a repeated option`() throws {
        let arguments = try arguments([], ["STRATA_RUNTIME": "python3.12=/a,python3.9=/b"])
        #expect(arguments.texts["runtime"] == ["python3.12=/a", "python3.9=/b"])
    }

    @Test func `other commands ignore unknown variables and share the data folder's`() {
        let environment = ["HOME": "/home/me", "STRATA_UNRELATED": "1", "STRATA_DATA": "/nowhere/data"]
        let result = Session().run("credentials list", environment: environment)
        #expect(result.errors.contains("/nowhere/data"), "\(result.errors)")
    }

    @Test func `the whole configuration comes from a file`() throws {
        let file = try TemporaryFile(
            """
            [server]
            host = "0.0.0.0"
            port = 80
            auth = true
            data = "state"
            account = "123456789012"
            [functions]
            runtimes = ["python3.12=python"]
            network = "host"
            seccomp = "log"
            cpu-share = "full"
            retry-delay = 0.5
            update-delay = 0
            ignore-architecture = true
            [endpoints]
            s3 = "http://127.0.0.1:9000"
            [log]
            level = "debug"
            format = "json"
            requests = true
            [limits]
            max-concurrency = 1
            idle-seconds = 2.5
            overcommit = 8
            """)
        let session = Session()
        let result = session.run("start --config \(file.path)", environment: [:])
        #expect(result.errors == "")
        let configuration = try #require(session.starts.first)
        #expect(configuration.host == "0.0.0.0" && configuration.port == 80 && configuration.requiresSignatures)
        #expect(configuration.dataFolder == "\(file.folder)/state", "relative to the file's folder")
        #expect(configuration.account.description == "123456789012")
        #expect(
            configuration.runtimes.first { $0.source == .override }?.executable
                == "\(file.folder)/python/bin/python3.12")
        #expect(configuration.functionNetwork == .host && configuration.retryDelaySeconds == 0.5)
        #expect(configuration.updateDelaySeconds == 0 && configuration.ignoresArchitecture)
        #expect(configuration.cpuShare == .full && configuration.systemCalls == .log)
        #expect(configuration.s3?.endpoint.description == "http://127.0.0.1:9000")
        #expect(configuration.logLevel == .debug && configuration.logFormat == .json && configuration.logsRequests)
        #expect(configuration.limits.accountConcurrency == 1 && configuration.limits.idleNanoseconds == 2_500_000_000)
        #expect(configuration.overcommit == 8)
    }

    @Test func `the guide's file has every key, with the defaults`() throws {
        let root = #filePath.split(separator: "/").dropLast(4).map { "/\($0)" }.joined()
        let guide = try #require(try contents(of: "\(root)/docs/guides/configuration.md"))
        let text = try #require(guide.split(separator: "```toml\n").dropFirst().first?.split(separator: "```").first)
        let example = try arguments(file: String(text))
        #expect(Set(example.origins.keys) == Set(Self.settings))
        let session = Session()
        #expect(session.run("start").errors == "")
        let file = try TemporaryFile(String(text))
        #expect(session.run("start --config \(file.path)").errors == "")
        let (plain, guided) = (try #require(session.starts.first), try #require(session.starts.last))
        var expected = guided
        (expected.dataFolder, expected.runtimes) = (plain.dataFolder, plain.runtimes)
        (expected.s3, expected.messageServices, expected.sdk.installer) = (nil, [:], nil)
        #expect(expected == plain)
    }

    private func contents(of path: String) throws -> String? {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
        return String(validating: bytes, as: UTF8.self)
    }
}

/// A file `settings.toml` in a folder of its own.
private final class TemporaryFile {
    let folder: String

    var path: String { "\(folder)/settings.toml" }

    init(_ text: String) throws {
        var template = Array("/tmp/strata-settings-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let file = try #require(fopen(path, "w"))
        fwrite(text, 1, text.utf8.count, file)
        fclose(file)
    }

    deinit {
        unlink(path)
        rmdir(folder)
    }
}
