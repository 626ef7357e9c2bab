import Digest
import Domain
import LinuxSystem
import Testing

@testable import Packaging

@Suite struct InstallationTests {
    private func platform(_ runtime: String, _ architecture: Architecture) throws -> PythonPlatform {
        try PythonPlatform(runtime: #require(RuntimeIdentifier(runtime)), architecture: architecture)
    }

    @Test(arguments: [
        ("python3.9", Architecture.x86, "3.9", "x86_64-manylinux2014"),
        ("python3.11", .arm, "3.11", "aarch64-manylinux2014"),
        ("python3.12", .x86, "3.12", "x86_64-manylinux_2_28"),
        ("python3.14", .arm, "3.14", "aarch64-manylinux_2_28"),
    ])
    func `wheels fit the system that a runtime is based on`(
        runtime: String, architecture: Architecture, version: String, name: String
    ) throws {
        let platform = try platform(runtime, architecture)
        #expect((platform.pythonVersion, platform.name) == (version, name))
    }

    @Test func `layers of other languages are not built yet`() {
        #expect(throws: PackagingError.self) { try platform("nodejs22.x", .x86) }
    }

    @Test func `a missing wheel is named`() throws {
        let lines = [
            "error: No solution found when resolving dependencies",
            "  cause: Because psycopg2==2.9.10 has no usable wheels and you require psycopg2==2.9.10, …",
        ]
        let error = UVInstallation.failure(lines, .exited(1), try platform("python3.12", .x86))
        #expect(error.description.hasPrefix("psycopg2==2.9.10 has no wheel for Python 3.12 on x86_64-manylinux_2_28"))
    }

    @Test func `another failure is reported with uv's own message`() throws {
        let error = UVInstallation.failure(
            ["error: File not found: x.txt"], .exited(2), try platform("python3.12", .x86))
        #expect(error.description == "uv could not install the requirements: File not found: x.txt")
    }

    @Test func `uv is found where it was named, on PATH, or where the set-up puts it`() throws {
        func locate(_ present: Set<String>, named: String? = nil) throws -> String {
            try UVLocator(searchPath: "/a:/b") { present.contains($0) }.locate(named: named)
        }
        #expect(try locate(["/b/uv", ".strata/venv/bin/uv"]) == "/b/uv")
        #expect(try locate([".strata/venv/bin/uv"]) == ".strata/venv/bin/uv")
        #expect(try locate(["/x", "/a/uv"], named: "/x") == "/x")
        #expect(throws: PackagingError.self) { try locate(["/a/uv"], named: "/x") }
        #expect(throws: PackagingError.self) { try locate([]) }
    }

    @Test(arguments: [
        ("bin/x", "#!/opt/venv/bin/python3\nimport x", true),
        ("bin/x", "#!/bin/sh\n'''exec' \"/a b/python\" \"$0\" \"$@\"", true),
        ("bin/x", "#!/usr/bin/env python3\n", false), ("bin/x", "#!/bin/sh\necho", false),
        ("bin/x", "\u{7F}ELF", false), ("lib/x", "#!/opt/bin/python\n", false),
    ])
    func `launchers of this host's interpreter are distinguished from other scripts`(
        path: String, text: String, isOne: Bool
    ) {
        #expect(HostSpecificFiles.isLauncher(path: path, start: Array(text.utf8)) == isOne)
    }

    @Test func `exceeded limits of AWS are warned about, with the largest parts`() {
        let report = PackageReport(
            path: "layer.zip", digest: .init(hashing: []), zippedBytes: 60 << 20, unzippedBytes: 300 << 20,
            fileCount: 1, largest: [.init(name: "torch", byteCount: 290 << 20)], leftOut: [])
        #expect(report.warnings.count == 2)
        #expect(report.warnings[0].contains("60.0 MB"))
        #expect(report.warnings[1].contains("torch 290.0 MB"))
    }

    @Test(arguments: [
        (0, "0 bytes"), (1023, "1023 bytes"), (6031, "5.9 KB"), (1 << 20, "1.0 MB"), (10_307_291, "9.8 MB"),
    ])
    func `sizes are written for people`(count: Int, text: String) {
        #expect(ByteCount.text(count) == text)
    }
}
