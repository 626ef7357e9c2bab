import AWSProtocol
import Domain
@testable import FunctionExecution
import Packaging
import Sandbox
import Testing

@testable import CommandLine

@Suite struct DoctorReportTests {
    private func report(
        sdk: SDKReport = SDKReport(installed: [], failures: [:]),
        installer: Result<String, PackagingError> = .success("/bin/uv"), initProgram: String? = "/bin/strata-init",
        emulation: HostEmulators.Support = .registered
    ) throws -> DoctorReport {
        let runtime = LocatedRuntime(
            runtime: try #require(RuntimeIdentifier("python3.12")), executable: "/opt/bin/python3.12", prefix: "/opt",
            source: .installer("uv"))
        return DoctorReport(
            host: HostCapabilities.probe(), runtimes: [runtime], sdk: sdk, installer: installer,
            initProgram: initProgram, emulation: emulation)
    }

    @Test func `the text report names each capability and interpreter`() throws {
        let text = try report().text(style: TextStyle(isTerminal: false, environment: [:]))
        for word in ["kernel", "namespaces", "cgroups", "overlayfs", "seccomp", "Runtimes", "Degraded"] {
            #expect(text.contains(word))
        }
        #expect(text.contains("python3.12       /opt/bin/python3.12 (uv)"))
        #expect(!text.contains("\u{1B}") && !text.contains("kvm"))
    }

    @Test func `the SDK of each runtime is named, or why there is none`() throws {
        func line(_ report: DoctorReport) -> String? {
            let text = report.text(style: TextStyle(isTerminal: false, environment: [:]))
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.firstIndex(of: "AWS SDK: boto3").map { String(lines[$0 + 1]) }
        }
        let installed = InstalledSDK(runtime: "python3.12", wanted: .latest, package: "boto3", version: "1.44.5")
        let pinned = InstalledSDK(
            runtime: "python3.12", wanted: .exactly("1.40.0"), package: "boto3", version: "1.40.0")
        let failure = ["python3.12": "boto3 could not be installed: no network"]
        #expect(
            try line(report(sdk: SDKReport(installed: [installed], failures: [:])))
                == "  ok  python3.12       1.44.5")
        #expect(
            try line(report(sdk: SDKReport(installed: [pinned], failures: [:])))
                == "  ok  python3.12       1.40.0 (--boto3-version 1.40.0)")
        #expect(
            try line(report())
                == "  --  python3.12       not installed yet; /bin/uv installs it for the first function")
        #expect(
            try line(report(sdk: SDKReport(installed: [], failures: failure)))
                == "  --  python3.12       not installed: boto3 could not be installed: no network")
        let noInstaller = try report(installer: .failure(.installerMissing(lookedIn: ["PATH"])))
        #expect(line(noInstaller)?.contains("not installed: uv is needed and not found") == true)
    }

    @Test func `every runtime of Lambda is listed, with what would make it work`() throws {
        let report = try report()
        let text = report.text(style: TextStyle(isTerminal: false, environment: [:]))
        let lines = text.split(separator: "\n").map(String.init)
        func line(_ name: String) -> String? { lines.first { $0.dropFirst(6).hasPrefix(name + " ") } }
        #expect(
            line("python3.13")
                == "  --  python3.13       no interpreter found; install one, for example with 'uv python "
                + "install 3.13', or name one: strata start --runtime python3.13=/path/to/python3.13")
        for name in ["nodejs22.x", "java21", "dotnet8", "ruby3.4"] {
            #expect(line(name)?.hasPrefix("  --") == true && line(name)?.contains("provided.al2023") == true)
        }
        #expect(line("provided.al2023")?.hasPrefix("  ok") == true)
        guard case .list(let all)? = report.document["allRuntimes"] else { return #expect(Bool(false), "no runtimes") }
        let names = all.map { $0.text("name") }
        #expect(names.contains("nodejs22.x") && names.contains("python3.12"))
        let usable = all.filter { $0["isUsable"] == .boolean(true) }.compactMap { $0["name"] }
        #expect(usable == [.string("python3.12"), .string("provided.al2"), .string("provided.al2023")])
        #expect(all.allSatisfy { ($0["remedy"] == nil) == ($0["isUsable"] == .boolean(true)) })
    }

    @Test func `the other architecture says what is missing`() throws {
        func other(_ emulation: HostEmulators.Support) throws -> (found: AWSValue?, remedy: AWSValue?) {
            guard case .list(let all)? = try report(emulation: emulation).document["architectures"] else {
                return (nil, nil)
            }
            #expect(all.map { $0.text("name") }.sorted() == ["arm64", "x86_64"])
            #expect(all.first?["isUsable"] == .boolean(true))
            return (all.last?["found"], all.last?["remedy"])
        }
        #expect(try other(.registered).remedy == nil)
        #expect(
            try other(.noRegistry).found == .string("the kernel's registry of emulators, binfmt_misc, is not mounted"))
        #expect(try other(.notRegistered(program: nil)).found == .string("no emulator"))
        let installed = try other(.notRegistered(program: "/bin/qemu-aarch64"))
        #expect(installed.found == .string("/bin/qemu-aarch64 is there, but not registered with the kernel"))
    }

    @Test func `without strata-init the host is not usable`() throws {
        let report = try report(initProgram: nil)
        #expect(!report.isUsable)
        let text = report.text(style: TextStyle(isTerminal: false, environment: [:]))
        #expect(text.contains("  --  strata-init      missing beside this program"))
        #expect(text.contains("  -- strata-init: the server does not start"))
        #expect(report.document["isUsable"] == .boolean(false))
    }

    @Test func `the JSON report has the same content`() throws {
        let document = try JSON.decode(JSON.encode(report().document))
        #expect(document["host"]?["kernel"] != nil)
        #expect(document["host"]?["namespaces"] != nil)
        #expect(document["isUsable"] != nil)
        guard case .list(let runtimes) = document["runtimes"] else { return #expect(Bool(false), "no runtimes") }
        #expect(runtimes.first?["source"] == .string("uv"))
    }
}
