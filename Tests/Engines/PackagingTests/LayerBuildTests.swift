import Domain
import Glibc
import LinuxSystem
import Testing

@testable import Packaging

/// Uses a fake `uv`, so that nothing is downloaded. It leaves the same files as `uv`, host paths included.
@Suite struct LayerBuildTests {
    private static let installer = """
        #!/bin/sh
        while [ "$1" != --target ]; do shift; done
        mkdir -p "$2/bin" "$2/lib/__pycache__" "$2/lib-1.0.dist-info"
        cd "$2"
        echo "#!$HOST_PYTHON" >bin/tool
        printf '#!/bin/sh\\necho hello\\n' >bin/script
        chmod 755 bin/tool bin/script
        mkdir lib/tests
        echo 'code = 1' >lib/__init__.py
        echo 'x: int' >lib/stub.pyi
        echo 'test = 1' >lib/tests/test_lib.py
        echo "$HOST_PYTHON" >lib/__pycache__/x.pyc
        echo "$HOST_PYTHON" >lib-1.0.dist-info/direct_url.json
        echo x >.lock
        echo "bin/script,," >lib-1.0.dist-info/RECORD
        echo "bin/tool,$HOST_PYTHON," >>lib-1.0.dist-info/RECORD
        echo "lib/__init__.py,," >>lib-1.0.dist-info/RECORD
        echo "lib/tests/test_lib.py,," >>lib-1.0.dist-info/RECORD
        printf 'Name: Lib\\nVersion: 1.0\\nRequires-Dist: other>=2\\n\\nName: body\\n' >lib-1.0.dist-info/METADATA
        echo "lib-1.0.dist-info/direct_url.json,," >>lib-1.0.dist-info/RECORD
        echo Installed
        exit ${EXIT_CODE:-0}
        """

    private func build(
        _ folder: borrowing TemporaryFolder, _ more: [String: String] = [:], to output: String = "layer.zip",
        interpreters: [String: String] = [:], _ change: (inout LayerRecipe) -> Void = { _ in }
    ) throws -> LayerBuild {
        try folder.write("uv", Self.installer, mode: 0o755)
        try folder.write("requirements.txt", "lib\n")
        var recipe = LayerRecipe(
            input: .requirements("\(folder.path)/requirements.txt"),
            runtimes: [try #require(RuntimeIdentifier("python3.12"))], architecture: .x86,
            output: "\(folder.path)/\(output)")
        change(&recipe)
        return LayerBuild(
            recipe,
            tools: LayerTools(
                environment: ["PATH": "/usr/bin:/bin", "HOST_PYTHON": "/opt/python"].merging(more) { $1 },
                installer: folder.path + "/uv", interpreters: interpreters))
    }

    @Test func `two hosts make the same layer`() throws {
        let folder = try TemporaryFolder()
        let one = try build(folder, to: "one.zip").run { _ in }
        let other = try build(folder, ["HOST_PYTHON": "/home/me/bin/python3"], to: "other.zip").run { _ in }
        #expect(try folder.read("one.zip") == folder.read("other.zip"))
        #expect(one.package.digest == other.package.digest)
        #expect(one.package.fileCount == 4)
        #expect(one.notes.contains { $0.hasPrefix("no bytecode") && $0.contains("uv python install 3.12") })
        #expect(
            try folder.names() == [
                "one.cdx.json", "one.zip", "other.cdx.json", "other.zip", "requirements.txt", "strata.lock", "uv",
            ])
    }

    @Test func `stages and the installer's lines are told as they come`() throws {
        let folder = try TemporaryFolder()
        var events: [BuildProgress] = []
        _ = try build(folder).run { events.append($0) }
        #expect(
            events.prefix(2) == [.stage(.install("python3.12"), done: 0, total: 0), .output("Installed")])
        #expect(events.last == .stage(.pack, done: 4, total: 4))
    }

    @Test func `tests and stubs are left out, counted, and no longer recorded`() throws {
        let folder = try TemporaryFolder()
        let report = try build(folder).run { _ in }
        #expect(
            report.savings == [
                LayerSaving(rule: "tests", fileCount: 1, byteCount: 9),
                LayerSaving(rule: "stubs", fileCount: 1, byteCount: 7),
            ])
        let files = try folder.unzipped("layer.zip")
        #expect(files.keys.contains("python/lib/__init__.py"))
        #expect(files["python/lib-1.0.dist-info/RECORD"] == "bin/script,,\nlib/__init__.py,,\n")
        let kept = try build(folder) { $0.kept = [.tests, .stubs] }.run { _ in }
        #expect(kept.savings.isEmpty)
        #expect(kept.package.fileCount == 6)
    }

    @Test func `an unchanged input builds nothing, and any change builds again`() throws {
        let folder = try TemporaryFolder()
        let first = try build(folder).run { _ in }
        #expect(!first.isUnchanged)
        let second = try build(folder).run { _ in Issue.record("it builds") }
        #expect(second.isUnchanged)
        #expect(second.package.digest == first.package.digest)
        #expect(second.package.zippedBytes == first.package.zippedBytes)
        #expect(try !build(folder) { $0.isForced = true }.run { _ in }.isUnchanged)
        #expect(try !build(folder) { $0.architecture = .arm }.run { _ in }.isUnchanged)
        #expect(try !build(folder).run { _ in }.isUnchanged)
        try folder.write("layer.zip", "another")
        #expect(try !build(folder).run { _ in }.isUnchanged)
        var changed = try build(folder)
        try folder.write("requirements.txt", "-r more.txt\n")
        #expect(try !changed.run { _ in }.isUnchanged)
        #expect(try changed.run { _ in }.isUnchanged)
        try folder.write("more.txt", "lib\n")
        #expect(try !changed.run { _ in }.isUnchanged)
        changed = try build(folder)
    }

    @Test func `layers of one input share a lock file`() throws {
        let folder = try TemporaryFolder()
        _ = try build(folder, to: "one.zip").run { _ in }
        _ = try build(folder, to: "other.zip") { $0.architecture = .arm }.run { _ in }
        #expect(try build(folder, to: "one.zip").run { _ in }.isUnchanged)
        #expect(try build(folder, to: "other.zip") { $0.architecture = .arm }.run { _ in }.isUnchanged)
    }

    @Test func `packages are in the report, the lock and the bill of materials`() throws {
        let folder = try TemporaryFolder()
        let report = try build(folder).run { _ in }
        let package = try #require(report.packages.first)
        #expect((package.url, package.dependencies) == ("pkg:pypi/lib@1.0", ["other"]))
        #expect(String(decoding: try folder.read("strata.lock"), as: UTF8.self).contains("\"pkg:pypi/lib@1.0\" = "))
        #expect(
            String(decoding: try folder.read("layer.cdx.json"), as: UTF8.self).contains(
                "\"purl\": \"pkg:pypi/lib@1.0\""))
    }

    @Test func `packages for several runtimes are in a folder for each`() throws {
        let folder = try TemporaryFolder()
        let other = try #require(RuntimeIdentifier("python3.13"))
        let report = try build(folder) { $0.runtimes.append(other) }.run { _ in }
        #expect(report.notes.isEmpty)
        let paths = try folder.unzipped("layer.zip").keys
        for version in ["3.12", "3.13"] {
            #expect(paths.contains("python/lib/python\(version)/site-packages/lib/__init__.py"))
        }
    }

    @Test func `bytecode that is asked for and cannot be made is an error`() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: PackagingError.self) {
            try build(folder) { $0.bytecode = true }.run { _ in }
        }
        #expect(error?.description.contains("uv python install 3.12") == true)
        #expect(try build(folder) { $0.bytecode = false }.run { _ in }.notes.isEmpty)
    }

    @Test func `a failed installation leaves nothing, and the old layer as it was`() throws {
        let folder = try TemporaryFolder()
        try folder.write("layer.zip", "old")
        let build = try build(folder, ["EXIT_CODE": "1"])
        #expect(throws: PackagingError.self) { try build.run { _ in } }
        #expect(try folder.names() == ["layer.zip", "requirements.txt", "uv"])
        #expect(try folder.read("layer.zip") == Array("old".utf8))
    }

    @Test(arguments: [BuildProgress.output("Installed"), .stage(.pack, done: 2, total: 4)])
    func `an interruption leaves nothing`(moment: BuildProgress) throws {
        // Ignored, so that it ends nothing where it is let through at last. On a thread that had it masked already, as
        // dispatch's have, it would stay for the next test: so it is taken away.
        signal(SIGHUP, SIG_IGN)
        defer { Self.takePendingSignal(SIGHUP) }
        let folder = try TemporaryFolder()
        let build = try build(folder)
        let error = #expect(throws: PackagingError.self) {
            try build.run { event in if event == moment { raise(SIGHUP) } }
        }
        #expect(error?.description == PackagingError.interrupted.description)
        #expect(try folder.names() == ["requirements.txt", "uv"])
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
        try folder.write("uv", Self.installer, mode: 0o755)
        try folder.write("code/lib/__init__.py", "mine")
        let runtime = try #require(RuntimeIdentifier("python3.12"))
        let dependencies = PythonDependencies(
            installer: folder.path + "/uv", requirements: "requirements.txt",
            platform: try PythonPlatform(runtime: runtime, architecture: .x86),
            environment: ["PATH": "/usr/bin:/bin", "HOST_PYTHON": "/opt/python"])
        let packager = FunctionPackager(code: folder.path + "/code", dependencies: dependencies)
        let report = try packager.package(output: "\(folder.path)/fat.zip") { _ in }
        #expect(report.fileCount == 6)
        #expect(try folder.unzipped("fat.zip")["lib/__init__.py"] == "mine")
    }

    @Test func `a folder is packed as it is, without what builds have written into it`() throws {
        let folder = try TemporaryFolder()
        try folder.write("content/bin/tool", "#!/bin/sh\n", mode: 0o755)
        try folder.write("content/python/lib.py", "x = 1\n")
        func run() throws -> LayerReport {
            try build(folder, to: "content/layer.zip") {
                $0.input = .folder("\(folder.path)/content")
                $0.runtimes = [RuntimeIdentifier("provided.al2023")].compactMap(\.self)
            }.run { _ in }
        }
        let first = try run()
        #expect(Set(try folder.unzipped("content/layer.zip").keys) == ["bin/tool", "python/lib.py"])
        #expect(try run().isUnchanged)
        try folder.write("content/python/lib.py", "x = 2\n")
        #expect(try run().package.digest != first.package.digest)
    }

    @Test func `jars go where Java's runtimes look`() throws {
        let folder = try TemporaryFolder()
        try folder.write("jars/a.jar", "a")
        try folder.write("jars/sub/b.jar", "b")
        try folder.write("jars/README", "c")
        let input = try LayerInput(detecting: "\(folder.path)/jars/")
        let report = try build(folder) { $0.input = input }.run { _ in }
        #expect(Set(try folder.unzipped("layer.zip").keys) == ["java/lib/a.jar", "java/lib/b.jar"])
        #expect(report.packages.map(\.name) == ["a.jar", "b.jar"])
        try folder.write("jars/sub/a.jar", "d")
        let error = #expect(throws: PackagingError.self) { try build(folder) { $0.input = input }.run { _ in } }
        #expect(error?.description.contains("has the same name") == true)
    }
}
