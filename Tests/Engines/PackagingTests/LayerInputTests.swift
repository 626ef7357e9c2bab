import Domain
import Testing

@testable import Packaging

@Suite struct LayerInputTests {
    @Test(arguments: [
        (["requirements.txt"], "requirements.txt", LayerInput.requirements("/requirements.txt")),
        (["dev.in"], "dev.in", .requirements("/dev.in")),
        (["pylock.toml"], "pylock.toml", .requirements("/pylock.toml")),
        (["pyproject.toml"], "pyproject.toml", .pythonProject("")), (["uv.lock"], "uv.lock", .pythonProject("")),
        (["package-lock.json"], "package-lock.json", .nodePackage("")),
        (["Gemfile.lock"], "Gemfile.lock", .gemfile("/Gemfile")),
        (["pyproject.toml", "uv.lock", "requirements.txt"], "", .pythonProject("")),
        (["pyproject.toml", "requirements.txt"], "", .requirements("/requirements.txt")),
        (["package.json", "index.js"], "", .nodePackage("")), (["a.jar", "README"], "", .jars("")),
    ])
    func `an input is recognised by its name, and a folder by what is in it`(
        files: [String], path: String, expected: LayerInput
    ) throws {
        let folder = try TemporaryFolder()
        for file in files { try folder.write(file, "") }
        let found = try LayerInput(detecting: path.isEmpty ? folder.path : "\(folder.path)/\(path)")
        let relative: LayerInput =
            switch found {
            case .requirements(let path): .requirements(String(path.dropFirst(folder.path.count)))
            case .pythonProject(let path): .pythonProject(String(path.dropFirst(folder.path.count)))
            case .nodePackage(let path): .nodePackage(String(path.dropFirst(folder.path.count)))
            case .gemfile(let path): .gemfile(String(path.dropFirst(folder.path.count)))
            case .jars(let path): .jars(String(path.dropFirst(folder.path.count)))
            case .folder(let path): .folder(String(path.dropFirst(folder.path.count)))
            }
        #expect(relative == expected)
    }

    @Test(arguments: [["notes.md"], [], ["package.json", "requirements.txt"], ["Gemfile", "package.json"]])
    func `a folder without an input, or with several, is refused`(files: [String]) throws {
        let folder = try TemporaryFolder()
        for file in files { try folder.write(file, "") }
        let error = #expect(throws: PackagingError.self) { try LayerInput(detecting: folder.path) }
        #expect(error?.isAboutInput == true)
        for file in files where files.count > 1 { #expect(error?.description.contains(file) == true) }
    }

    @Test func `inputs have runtimes of their language`() throws {
        let input = LayerInput.requirements("requirements.txt")
        #expect(input.suits(try #require(RuntimeIdentifier("python3.9"))))
        #expect(!input.suits(try #require(RuntimeIdentifier("nodejs22.x"))))
        for input in [input, .nodePackage("."), .gemfile("Gemfile"), .jars("."), .folder(".")] {
            #expect(input.suits(try #require(RuntimeIdentifier(input.defaultRuntime))))
        }
    }

    @Test(arguments: [
        ("a/requirements.txt", "a"), ("requirements.txt", "."), ("/requirements.txt", "/"), ("/a/b.txt", "/a"),
    ])
    func `the lock file is beside the input`(path: String, folder: String) {
        #expect(LayerInput.requirements(path).lockFolder == folder)
    }

    @Test(arguments: [
        (LayerPackage.Kind.pypi, "Foo.Bar_baz", "1.0+local", "pkg:pypi/foo-bar-baz@1.0%2Blocal"),
        (.npm, "@scope/name", "1.2.3", "pkg:npm/%40scope/name@1.2.3"), (.gem, "rack", "3.0.0", "pkg:gem/rack@3.0.0"),
        (.generic, "a b.jar", "", "pkg:generic/a%20b.jar"),
    ])
    func `package URLs are encoded`(kind: LayerPackage.Kind, name: String, version: String, url: String) {
        #expect(LayerPackage(kind: kind, name: name, version: version, digest: "").url == url)
    }
}
