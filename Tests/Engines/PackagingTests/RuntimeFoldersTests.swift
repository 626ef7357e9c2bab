import Glibc
import LinuxSystem
import Synchronization
import Testing

@testable import Packaging

/// The folders of runtimes, with a shell script in the place of `uv`, and one in that of the interpreter.
@Suite struct RuntimeFoldersTests: ~Copyable {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Puts a package into the folder after `--target`.
    private static let installer = """
        #!/bin/sh
        echo "$@" >> "${0%/*}/calls"
        while [ "$1" != --target ]; do shift; done
        mkdir -p "$2/boto3" "$2/boto3-1.2.3.dist-info" "$2/bin"
        echo code > "$2/boto3/__init__.py"
        """

    private func program(_ name: String, _ script: String) throws -> String {
        try folder.write(name, script, mode: 0o755)
        return "\(folder.path)/\(name)"
    }

    private func source(identity: String = "one", compiler: String = "#!/bin/sh\ntouch \"$1/compiled\"") throws
        -> RuntimeSource
    {
        RuntimeSource(
            name: "python3.12", interpreter: try program("python", compiler), interpreterIdentity: identity,
            files: [RuntimeSource.File(name: "bootstrap.py", bytes: Array("main".utf8))], package: "boto3",
            evidence: "boto3/__init__.py", compile: { [$0] })
    }

    private func folders(
        _ source: RuntimeSource, installer: String, version: SDKVersion = .latest, reports: Reports = Reports()
    ) throws -> RuntimeFolders {
        try RuntimeFolders(
            root: "\(folder.path)/cache/strata", version: version, sources: [source],
            installer: { () throws(PackagingError) in installer }, environment: ["PATH": "/usr/bin:/bin"],
            report: { reports.add($0) })
    }

    /// Waits for the thread that installs, and returns what there is then.
    private func status(_ folders: RuntimeFolders) -> RuntimeFolders.Status {
        _ = folders.status(of: "python3.12")
        while case .installing = folders.status(of: "python3.12") { usleep(2_000) }
        return folders.status(of: "python3.12")
    }

    /// The arguments of each call of the installer.
    private func calls() throws -> [Substring] {
        String(decoding: try folder.read("calls"), as: UTF8.self).split(separator: "\n")
    }

    private func names(_ path: String) -> [String] { (DirectoryListing.names(path) ?? []).sorted() }

    @Test func `a runtime's folder has the SDK, the runtime's own files and bytecode, and is installed once`() throws {
        let uv = try program("uv", Self.installer)
        let reports = Reports()
        let first = try folders(source(), installer: uv, reports: reports)
        guard case .ready(let path) = status(first) else { return #expect(Bool(false), "it is not ready") }
        #expect(names(path) == ["bootstrap.py", "boto3", "boto3-1.2.3.dist-info", "compiled"])
        #expect(names("\(folder.path)/cache/strata/drafts").isEmpty)
        first.stop()
        #expect(reports.words == ["began", "installed 1.2.3"])
        let second = try folders(source(), installer: uv)
        #expect(second.status(of: "python3.12") == .ready(path))
        second.stop()
        #expect(try calls().count == 1)
    }

    @Test func `another interpreter gets a folder of its own, without another download`() throws {
        let uv = try program("uv", Self.installer)
        let first = try folders(source(identity: "one"), installer: uv)
        let before = status(first)
        let second = try folders(source(identity: "two"), installer: uv)
        let after = status(second)
        #expect(before != after)
        // The first is in use.
        #expect(names("\(folder.path)/cache/strata/runtimes").count == 2)
        first.stop()
        second.stop()
        #expect(try calls().count == 1)
    }

    @Test(arguments: [
        "#!/bin/sh\necho 'error: no network'; exit 2", "#!/bin/sh\nexit 0",
        "#!/bin/sh\nwhile [ \"$1\" != --target ]; do shift; done; mkdir \"$2/boto3\"; kill -9 $$",
    ])
    func `an installer that fails leaves nothing, and the failure is remembered until it works`(script: String) throws {
        let reports = Reports()
        let failing = try folders(source(), installer: program("bad", script), reports: reports)
        #expect(status(failing) == .absent)
        failing.stop()
        #expect(reports.words == ["began", "failed"])
        let cache = "\(folder.path)/cache/strata"
        #expect(names("\(cache)/drafts").isEmpty && names("\(cache)/runtimes").isEmpty && names("\(cache)/sdk").isEmpty)
        #expect(SDKReport(of: "boto3", in: cache, runtimes: ["python3.12"]).failures.count == 1)
        let working = try folders(source(), installer: program("uv", Self.installer))
        #expect(status(working) != .absent)
        working.stop()
        let report = SDKReport(of: "boto3", in: cache, runtimes: ["python3.12"])
        #expect(report.failures.isEmpty)
        #expect(report.installed.map(\.version) == ["1.2.3"])
    }

    @Test func `a compiler that fails leaves the SDK, and no folder`() throws {
        let failing = try folders(
            source(compiler: "#!/bin/sh\nexit 1"), installer: program("uv", Self.installer))
        #expect(status(failing) == .absent)
        failing.stop()
        #expect(names("\(folder.path)/cache/strata/runtimes").isEmpty)
        #expect(names("\(folder.path)/cache/strata/drafts").isEmpty)
    }

    @Test func `a stop ends an installer that runs`() throws {
        let slow = try folders(source(), installer: program("uv", "#!/bin/sh\nsleep 600; true"))
        guard case .installing(let since) = slow.status(of: "python3.12") else {
            Issue.record("nothing is installed")
            return
        }
        #expect(slow.status(of: "python3.12") == .installing(sinceNanoseconds: since))
        // What the installer started is in its process group, and ends too.
        slow.stop()
        #expect(names("\(folder.path)/cache/strata/drafts").isEmpty)
    }

    @Test func `without an SDK there is no folder`() throws {
        let none = try folders(source(), installer: "/nothing", version: .none)
        #expect(none.status(of: "python3.12") == .absent)
        none.stop()
    }

    @Test func `a pinned version is what is asked for`() throws {
        let pinned = try folders(
            source(), installer: program("uv", Self.installer), version: .exactly("1.2.3"))
        #expect(status(pinned) != .absent)
        pinned.stop()
        #expect(try calls().first?.hasSuffix(" boto3==1.2.3") == true)
    }
}

/// What was reported, in a word or two.
private final class Reports: Sendable {
    private let all = Mutex<[String]>([])

    var words: [String] { all.withLock { $0 } }

    func add(_ report: RuntimeFolders.Report) {
        let word =
            switch report {
            case .began: "began"
            case .installed(_, _, let version, _): "installed \(version)"
            case .failed: "failed"
            }
        all.withLock { $0.append(word) }
    }
}
