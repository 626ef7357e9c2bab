import AWSProtocol
import Domain
@testable import FunctionExecution
import Sandbox
import Testing

@testable import CommandLine

@Suite struct DoctorReportTests {
    private func report() throws -> DoctorReport {
        let runtime = LocatedRuntime(
            runtime: try #require(RuntimeIdentifier("python3.12")), executable: "/opt/bin/python3.12", prefix: "/opt",
            source: .installer("uv"))
        return DoctorReport(host: HostCapabilities.probe(), runtimes: [runtime])
    }

    @Test func `the text report names each capability and interpreter`() throws {
        let text = try report().text(style: TextStyle(isTerminal: false, environment: [:]))
        for word in ["kernel", "namespaces", "cgroups", "overlayfs", "seccomp", "/dev/kvm", "Runtimes", "Degraded"] {
            #expect(text.contains(word))
        }
        #expect(text.contains("python3.12       /opt/bin/python3.12 (uv)"))
        #expect(!text.contains("\u{1B}"))
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
