import AWSClient
import Domain
import FunctionExecution
import Packaging
import Scheduler
import ServiceKit
import SignatureV4
import Testing

@testable import CommandLine

@Suite struct StartCommandTests {
    private func options(_ line: String, environment: [String: String] = ["HOME": "/home/me"]) throws
        -> ServerConfiguration
    {
        let session = Session()
        let result = session.run("start \(line)", environment: environment)
        #expect(result.errors.isEmpty)
        return try #require(session.starts.first)
    }

    @Test func `defaults are those of the help`() throws {
        let options = try options("")
        #expect(options.port == 4566)
        #expect(options.host == "127.0.0.1")
        #expect(options.dataFolder == "/home/me/.local/share/strata")
        #expect(options.account.description == "000000000000")
        #expect(options.functionNetwork == .isolated)
        #expect(options.cpuShare == .lambda)
        #expect(options.systemCalls == .enforce)
        #expect(!options.requiresSignatures)
        var limits = SchedulerLimits()
        limits.ownerSharePercent = 75
        #expect(options.limits == limits)
        #expect(options.limits.accountConcurrency == LambdaLimits.concurrentExecutions)
        #expect(options.overcommit == 4)
    }

    @Test func `rows are in the data folder, or in the database of a URL`() throws {
        #expect(try options("").database == .dataFolder)
        #expect(try options("--database sqlite").database == .dataFolder)
        let url = "postgres://me:secret@host/strata"
        #expect(try options("--database \(url)").database == .postgreSQL(url: url))
        let variables = ["HOME": "/home/me", "STRATA_DATABASE": url]
        #expect(try options("", environment: variables).database == .postgreSQL(url: url))
    }

    @Test func `a database that is none, or beside --ephemeral, is a usage error`() {
        let session = Session()
        let other = session.run("start --database mysql://host/db")
        #expect(other.code == 2)
        #expect(other.errors.contains("'sqlite' or a URL such as postgres://USER@HOST/NAME"))
        let ephemeral = session.run("start --ephemeral --database postgres://host/db")
        #expect(ephemeral.code == 2)
        #expect(ephemeral.errors.contains("--database and --ephemeral exclude each other"))
    }

    @Test func `AWS's SDK is the latest one in a folder of the user, unless the options say otherwise`() throws {
        let usual = try options("").sdk
        #expect((usual.version, usual.installer, usual.cacheFolder) == (.latest, nil, "/home/me/.cache/strata"))
        let environment = [
            "HOME": "/home/me", "XDG_CACHE_HOME": "/cache", "STRATA_BOTO3_VERSION": "1.40.2", "AWS_PROFILE": "mine",
            "UV_INDEX_URL": "http://mirror",
        ]
        let pinned = try options("--uv /opt/uv", environment: environment).sdk
        #expect((pinned.version, pinned.installer) == (.exactly("1.40.2"), "/opt/uv"))
        #expect(pinned.cacheFolder == "/cache/strata")
        #expect(
            pinned.environment == environment.filter { ["HOME", "XDG_CACHE_HOME", "UV_INDEX_URL"].contains($0.key) })
        #expect(try options("--boto3-version none").sdk.version == .none)
    }

    @Test(arguments: ["newest", "1", "1..2", "==1.2", "1.2;x", "-e.", "1.2.3.4.5", "../x"])
    func `a version that is none is refused`(text: String) {
        #expect(Session().run("start --boto3-version=\(text)").code == 2)
    }

    @Test func `every limit has its flag`() throws {
        let options = try options(
            "--max-concurrency 1 --max-environments 2 --scaling-rate 3 --request-rate 4 --queue-length 0 "
                + "--queue-seconds 0.5 --idle-seconds 6 --overcommit 0.25")
        #expect(options.limits.accountConcurrency == 1)
        #expect(options.limits.environments == 2)
        #expect(options.limits.startsPerInterval == 3)
        #expect(options.limits.requestsPerConcurrency == 4)
        #expect(options.limits.waitingInvocations == 0)
        #expect(options.limits.waitNanoseconds == 500_000_000)
        #expect(options.limits.idleNanoseconds == 6_000_000_000)
        #expect(options.overcommit == 0.25)
    }

    @Test(arguments: ["--max-concurrency 0", "--max-environments x", "--queue-seconds -1", "--overcommit 0"])
    func `a limit that is none is refused`(flag: String) {
        #expect(Session().run("start \(flag)").code == 2)
    }

    @Test func `values come after a space or an equals sign`() throws {
        let options = try options("--port=0 --data /d=e --account 123456789012 --function-network=host")
        #expect(options.port == 0)
        #expect(options.dataFolder == "/d=e")
        #expect(options.account.description == "123456789012")
        #expect(options.functionNetwork == .host)
    }

    @Test func `named interpreters come before those that are found`() throws {
        let runtimes = try options("--runtime python3.12=/a=b --runtime python3.9=/c").runtimes
        #expect(runtimes.map(\.runtime.description) == (9...14).map { "python3.\($0)" })
        #expect(runtimes[3].executable == "/a=b/bin/python3.12")
        #expect(runtimes[0].executable == "/c/bin/python3.9")
        #expect(runtimes.map(\.source) == [.override, .system, .system, .override, .system, .system])
    }

    @Test func `an interpreter that is none is refused`() {
        let start = StartCommand(locator: { RuntimeLocator(files: EmptyHost(), environment: $0) }, run: { _ in 0 })
        let result = Session().run("start --runtime python3.12=/nowhere", start: start)
        #expect(result.code == 2)
        let reason = "strata start: --runtime python3.12=/nowhere: no interpreter of python3.12 there"
        #expect(result.errors.hasPrefix(reason))
    }

    @Test func `the data folder follows XDG_DATA_HOME, if that is absolute`() throws {
        #expect(try options("", environment: ["HOME": "/h", "XDG_DATA_HOME": "/x"]).dataFolder == "/x/strata")
        #expect(
            try options("", environment: ["HOME": "/h", "XDG_DATA_HOME": "x"]).dataFolder == "/h/.local/share/strata")
        #expect(Session().run("start", environment: [:]).code == 2)
    }

    @Test func `a relative folder is made absolute`() throws {
        let folder = try options("--data some/where").dataFolder
        #expect(folder.hasPrefix("/") && folder.hasSuffix("/some/where"))
    }

    @Test(arguments: ["0.0.0.0", "192.168.1.1", "10.0.0.1", "126.255.255.255"])
    func `an address that others can reach is refused`(host: String) {
        let result = Session().run("start --host \(host)")
        #expect(result.code == 2)
        #expect(result.errors.contains("--auth"))
    }

    @Test(arguments: ["0.0.0.0", "192.168.1.1", "127.0.0.1"])
    func `with signatures others may reach the server`(host: String) throws {
        let options = try options("--auth --host \(host)")
        #expect(options.host == host)
        #expect(options.requiresSignatures)
    }

    @Test(arguments: ["::1", "example.com", "127.0.0", "127.0.0.1.2", "127.0.0.256", "127..0.1"])
    func `an address that is none is refused`(host: String) {
        let result = Session().run("start --host \(host)")
        #expect(result.code == 2)
        #expect(result.errors.contains("IPv4"))
    }

    @Test func `localhost is the loopback address`() throws {
        #expect(try options("--host localhost").host == "127.0.0.1")
        #expect(try options("--host 127.0.0.2").host == "127.0.0.2")
    }

    @Test func `packages come from the S3 that is named, or that of the environment`() throws {
        let variables = ["HOME": "/h", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9001/", "AWS_ACCESS_KEY_ID": "a"]
        #expect(try options("").s3 == nil)
        #expect(try options("", environment: variables).s3?.endpoint.description == "http://127.0.0.1:9001")
        let named = try options("--s3-endpoint https://s3.example", environment: variables)
        #expect(named.s3?.endpoint.description == "https://s3.example")
        #expect(named.foreignCredentials == nil, "a key without its secret is none")
        let whole = try options("", environment: variables.merging(["AWS_SECRET_ACCESS_KEY": "b"]) { $1 })
        #expect(whole.foreignCredentials?.accessKeyID == "a")
    }

    @Test func `the address of this server itself is not that of S3`() throws {
        let variables = ["HOME": "/h", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_ENDPOINT_URL_S3": ""]
        #expect(try options("", environment: variables).s3 == nil)
    }

    @Test func `an S3 without an address is refused`() {
        let option = Session().run("start --s3-endpoint 127.0.0.1:9000")
        #expect(option.code == 2)
        #expect(option.errors.contains("an http or https URL"))
        let variable = Session().run("start", environment: ["HOME": "/h", "AWS_ENDPOINT_URL_S3": "s3://bucket"])
        #expect(variable.code == 2)
        #expect(variable.errors.contains("AWS_ENDPOINT_URL_S3"))
    }

    @Test func `what the server throws is one line and exit code 1`() {
        struct InUse: Error, CustomStringConvertible { let description = "the data folder is in use" }
        let result = Session().run("start", start: StartCommand { _ in throw InUse() })
        #expect(result.code == 1)
        #expect(result.errors == "strata: the data folder is in use")
    }
}

/// A file system with nothing in it.
private struct EmptyHost: RuntimeFiles {
    func resolved(_ path: String) -> String? { nil }
    func isFile(_ path: String) -> Bool { false }
    func isExecutable(_ path: String) -> Bool { false }
    func names(in directory: String) -> [String] { [] }
}
