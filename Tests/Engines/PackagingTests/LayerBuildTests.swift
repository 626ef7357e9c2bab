import Domain
import Glibc
import LinuxSystem
import Testing

@testable import Packaging

/// Uses a fake `uv`, so that nothing is downloaded. It leaves the same files as `uv`, host paths included.
@Suite struct LayerBuilderTests {
    private static let installer = """
        #!/bin/sh
        while [ "$1" != --target ]; do shift; done
        mkdir -p "$2/bin" "$2/lib/__pycache__" "$2/lib-1.0.dist-info"
        cd "$2"
        echo "#!$HOST_PYTHON" >bin/tool
        printf '#!/bin/sh\\necho hello\\n' >bin/script
        chmod 755 bin/tool bin/script
        echo code >lib/__init__.py
        echo "$HOST_PYTHON" >lib/__pycache__/x.pyc
        echo "$HOST_PYTHON" >lib-1.0.dist-info/direct_url.json
        echo x >.lock
        echo "bin/script,," >lib-1.0.dist-info/RECORD
        echo "bin/tool,$HOST_PYTHON," >>lib-1.0.dist-info/RECORD
        echo "lib-1.0.dist-info/direct_url.json,," >>lib-1.0.dist-info/RECORD
        echo Installed
        exit ${EXIT_CODE:-0}
        """

    private func builder(_ folder: borrowing TemporaryFolder, _ more: [String: String] = [:]) throws -> LayerBuilder {
        try folder.write("uv", Self.installer, mode: 0o755)
        let runtime = try #require(RuntimeIdentifier("python3.12"))
        return LayerBuilder(
            installer: folder.path + "/uv", requirements: "requirements.txt",
            platform: try PythonPlatform(runtime: runtime, architecture: .x86),
            environment: ["PATH": "/usr/bin:/bin", "HOST_PYTHON": "/opt/python"].merging(more) { $1 })
    }

    @Test func `two hosts make the same layer`() throws {
        let folder = try TemporaryFolder()
        let one = try builder(folder).build(output: "\(folder.path)/one.zip") { _ in }
        let other = try builder(folder, ["HOST_PYTHON": "/home/me/bin/python3"])
            .build(output: "\(folder.path)/other.zip") { _ in }
        #expect(try folder.read("one.zip") == folder.read("other.zip"))
        #expect(one.digest == other.digest)
        #expect(one.fileCount == 3)
        #expect(try folder.names() == ["one.zip", "other.zip", "uv"])
    }

    @Test func `the installer's lines are passed on as they come`() throws {
        let folder = try TemporaryFolder()
        var lines: [String] = []
        _ = try builder(folder).build(output: "\(folder.path)/one.zip") { lines.append($0) }
        #expect(lines == ["Installed"])
    }

    @Test func `a failed installation leaves nothing, and the old layer as it was`() throws {
        let folder = try TemporaryFolder()
        try folder.write("layer.zip", "old")
        let builder = try builder(folder, ["EXIT_CODE": "1"])
        #expect(throws: PackagingError.self) { try builder.build(output: "\(folder.path)/layer.zip") { _ in } }
        #expect(try folder.names() == ["layer.zip", "uv"])
        #expect(try folder.read("layer.zip") == Array("old".utf8))
    }

    @Test func `an interruption leaves nothing`() throws {
        // Ignored, so that it ends nothing where it is let through at last. On a thread that had it masked already, as
        // dispatch's have, it would stay for the next test: so it is taken away.
        signal(SIGHUP, SIG_IGN)
        defer { Self.takePendingSignal(SIGHUP) }
        let folder = try TemporaryFolder()
        let builder = try builder(folder)
        let error = #expect(throws: PackagingError.self) {
            try builder.build(output: "\(folder.path)/layer.zip") { _ in raise(SIGHUP) }
        }
        #expect(error?.description == PackagingError.interrupted.description)
        #expect(try folder.names() == ["uv"])
    }

    private static func takePendingSignal(_ number: Int32) {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        var noTime = timespec()
        sigtimedwait(&signals, nil, &noTime)
    }

    @Test func `a code file hides a dependency's file of the same path`() throws {
        let folder = try TemporaryFolder()
        try folder.write("code/lib/__init__.py", "mine")
        let packager = FunctionPackager(code: folder.path + "/code", dependencies: try builder(folder))
        let report = try packager.package(output: "\(folder.path)/fat.zip") { _ in }
        #expect(report.fileCount == 3)
        #expect(report.largest.contains { $0.name == "lib" && $0.byteCount == 4 })
    }
}
