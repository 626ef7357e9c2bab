import Domain
import Testing

@testable import FunctionExecution
@testable import Runtimes

/// A file system of names: programs, other files, and links to them.
private struct FakeFiles: RuntimeFiles {
    var programs: Set<String> = []
    var plain: Set<String> = []
    var links: [String: String] = [:]

    /// An interpreter as it is installed to a prefix.
    mutating func install(_ prefix: String, _ version: String) {
        programs.insert("\(prefix)/bin/python\(version)")
        plain.insert("\(prefix)/lib/python\(version)/os.py")
    }

    func resolved(_ path: String) -> String? {
        if let target = links[path] { return resolved(target) }
        return isFile(path) ? path : nil
    }

    func isFile(_ path: String) -> Bool { programs.contains(path) || plain.contains(path) }
    func isExecutable(_ path: String) -> Bool { programs.contains(path) }

    func names(in directory: String) -> [String] {
        let below = programs.union(plain).filter { $0.hasPrefix(directory + "/") }
        return Array(
            Set(below.compactMap { $0.dropFirst(directory.count + 1).split(separator: "/").first.map(String.init) }))
    }
}

@Suite struct RuntimeLocatorTests {
    private func locate(_ files: FakeFiles, _ environment: [String: String] = [:]) -> [String] {
        let all = ["HOME": "/home/me", "PATH": "/usr/bin"].merging(environment) { $1 }
        return RuntimeLocator(files: files, environment: all).locate().map {
            "\($0.runtime) \($0.executable) \($0.prefix) \($0.source)"
        }
    }

    @Test func `the system's interpreter is found`() {
        var files = FakeFiles()
        files.install("/usr", "3.11")
        #expect(locate(files) == ["python3.11 /usr/bin/python3.11 /usr path"])
        #expect(locate(files, ["PATH": ""]) == ["python3.11 /usr/bin/python3.11 /usr system"])
    }

    @Test func `a shell script in the interpreter's place is passed over for what it stands for`() {
        var files = FakeFiles()
        files.programs.insert("/home/me/.pyenv/shims/python3.12")
        files.install("/home/me/.pyenv/versions/3.12.9", "3.12")
        files.install("/home/me/.pyenv/versions/3.12.13", "3.12")
        let prefix = "/home/me/.pyenv/versions/3.12.13"
        let found = locate(files, ["PATH": "/home/me/.pyenv/shims:/usr/bin"])
        #expect(found == ["python3.12 \(prefix)/bin/python3.12 \(prefix) pyenv"])
    }

    @Test func `links are followed to where the library is`() {
        var files = FakeFiles()
        files.install("/opt/py", "3.13")
        files.links["/usr/bin/python3.13"] = "/venv/bin/python3.13"
        files.links["/venv/bin/python3.13"] = "/opt/py/bin/python3.13"
        #expect(locate(files) == ["python3.13 /opt/py/bin/python3.13 /opt/py path"])
    }

    @Test func `uv and pyenv are looked for where their variables say`() {
        var files = FakeFiles()
        files.install("/uv/cpython-3.14.1-linux-x86_64-gnu", "3.14")
        files.install("/pyenv/versions/3.9.18", "3.9")
        let found = locate(files, ["UV_PYTHON_INSTALL_DIR": "/uv", "PYENV_ROOT": "/pyenv"])
        #expect(found.map { $0.split(separator: " ").first } == ["python3.9", "python3.14"])
    }

    @Test func `another language is found as its descriptor says`() throws {
        let search = InterpreterSearch(
            program: { _ in "moon" }, programPrefix: "moon", evidence: { ["include/moon-\($0).h"] },
            installers: [.init(name: "moonup", variable: "MOONUP", folder: ".moonup", prefix: "v")],
            installCommand: { "moonup install \($0)" })
        let moon = RuntimeProgram(
            language: "moon", runtimes: [.init(name: "moon5.x", version: "5"), .init(name: "moon6.x", version: "6")],
            formerRuntimes: [], files: [], mainFile: "main", flags: [], bytecodeCompiler: nil, sdk: nil,
            interpreters: search)
        var files = FakeFiles()
        files.install("/usr", "3.11")
        for (prefix, version) in [("/usr", 5), ("/home/me/.moonup/v6.1.0", 6)] {
            files.programs.insert("\(prefix)/bin/moon")
            files.plain.insert("\(prefix)/include/moon-\(version).h")
        }
        let environment = ["HOME": "/home/me", "PATH": "/usr/bin"]
        let locator = RuntimeLocator(files: files, environment: environment, programs: [.python, moon])
        #expect(
            locator.locate().map { "\($0.runtime) \($0.executable) \($0.source)" } == [
                "python3.11 /usr/bin/python3.11 path", "moon5.x /usr/bin/moon path",
                "moon6.x /home/me/.moonup/v6.1.0/bin/moon moonup",
            ])
        let runtime = try #require(RuntimeIdentifier("moon6.x"))
        let error = #expect(throws: RuntimeOverrideError.self) { try locator.override(runtime, path: "/usr") }
        #expect(error?.description.hasSuffix("the prefix that has bin/moon and include/moon-6.h") == true)
    }

    @Test func `what is too old, too new or has no library is left out`() {
        var files = FakeFiles()
        files.install("/usr", "3.8")
        files.install("/usr", "3.15")
        files.programs.insert("/usr/bin/python3.12")
        #expect(locate(files).isEmpty)
    }

    @Test func `an override is an interpreter or its prefix`() throws {
        var files = FakeFiles()
        files.install("/opt/py", "3.12")
        let locator = RuntimeLocator(files: files, environment: [:])
        let runtime = try #require(RuntimeIdentifier("python3.12"))
        for path in ["/opt/py", "/opt/py/bin/python3.12"] {
            let found = try locator.override(runtime, path: path)
            #expect(found.executable == "/opt/py/bin/python3.12")
            #expect(found.source == .override)
        }
    }

    @Test func `a runtime that Lambda no longer supports has the interpreter that a user names, and no other`() throws {
        var files = FakeFiles()
        files.install("/usr", "3.8")
        let locator = RuntimeLocator(files: files, environment: [:])
        let runtime = try #require(RuntimeIdentifier("python3.8"))
        let named = try locator.override(runtime, path: "/usr")
        #expect(locator.locate(overrides: [named]) == [named])
        #expect(locator.locate().isEmpty)
    }

    @Test(arguments: [
        ("python3.11", "/opt/py"), ("python3.12", "/nowhere"), ("python3.5", "/opt/py"), ("nodejs22.x", "/opt/py"),
    ])
    func `an override that cannot work is refused with a reason`(name: String, path: String) throws {
        var files = FakeFiles()
        files.install("/opt/py", "3.12")
        let locator = RuntimeLocator(files: files, environment: [:])
        let runtime = try #require(RuntimeIdentifier(name))
        let error = #expect(throws: RuntimeOverrideError.self) { try locator.override(runtime, path: path) }
        #expect(error?.description.hasPrefix("--runtime \(name)=\(path): ") ?? false)
    }
}
