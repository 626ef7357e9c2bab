import Domain
import LinuxSystem
import Testing

@testable import Packaging

/// Uses fakes of `npm` and `bundle`, so that nothing is downloaded. They leave the same files, host paths included.
@Suite struct ForeignInstallerTests {
    private static let npm = """
        #!/bin/sh
        echo "$@"
        while [ "$1" != --prefix ]; do shift; done
        cd "$2" && mkdir -p node_modules/left node_modules/.bin && cat .npmrc
        echo '{"name": "left"}' >node_modules/left/package.json
        ln -s ../left/package.json node_modules/.bin/left
        echo '{"packages": {"node_modules/left": {"version": "1.0.0", "integrity": "sha512-x", "dependencies":
        {"right": "1"}}, "node_modules/left/node_modules/@a/right": {"version": "2.0.0"}}}' \\
            >node_modules/.package-lock.json
        """

    private static let bundle = """
        #!/bin/sh
        [ "$BUNDLE_FROZEN" = true ] || exit 3
        [ -n "$FAILURE" ] && echo "Could not find gem 'rack'" && exit 7
        root="$BUNDLE_PATH/ruby/${HOST_RUBY:-3.4.0}"
        mkdir -p "$root/gems/rack-3.0.0/lib" "$root/specifications" "$root/bin" "$root/extensions/x/y/json-2.0"
        echo 'code' >"$root/gems/rack-3.0.0/lib/rack.rb"
        echo 'spec' >"$root/specifications/rack-3.0.0.gemspec"
        echo "$BUNDLE_PATH" >"$root/extensions/x/y/json-2.0/gem_make.out"
        echo "$BUNDLE_PATH" >"$root/bin/rackup"
        [ -z "$NATIVE" ] || touch "$root/extensions/x/y/json-2.0/json.so"
        """

    private func build(
        _ folder: borrowing TemporaryFolder, _ input: LayerInput, _ architecture: Architecture = .ofThisHost,
        runtime: String, _ more: [String: String] = [:]
    ) throws -> LayerBuild {
        try folder.write("tools/npm", Self.npm, mode: 0o755)
        try folder.write("tools/bundle", Self.bundle, mode: 0o755)
        let recipe = LayerRecipe(
            input: input, runtimes: [try #require(RuntimeIdentifier(runtime))], architecture: architecture,
            output: "\(folder.path)/layer.zip")
        let environment = ["PATH": "\(folder.path)/tools:/usr/bin:/bin"].merging(more) { $1 }
        return LayerBuild(recipe, tools: LayerTools(environment: environment))
    }

    @Test func `npm installs for the target, without scripts`() throws {
        let folder = try TemporaryFolder()
        for name in ["package.json", "package-lock.json"] { try folder.write("app/\(name)", "{}") }
        try folder.write("app/.npmrc", "the settings\n")
        var lines: [String] = []
        let report = try build(folder, .nodePackage("\(folder.path)/app"), .arm, runtime: "nodejs22.x").run {
            if case .output(let line) = $0 { lines.append(line) }
        }
        let arguments = try #require(lines.first).split(separator: " ")
        for word in ["ci", "--cpu=arm64", "--os=linux", "--libc=glibc", "--ignore-scripts", "--omit=dev"] {
            #expect(arguments.contains { $0 == word })
        }
        #expect(lines.last == "the settings")
        #expect(
            Set(try folder.unzipped("layer.zip").keys) == [
                "nodejs/node_modules/left/package.json", "nodejs/node_modules/.bin/left",
            ])
        #expect(report.packages.map(\.url) == ["pkg:npm/%40a/right@2.0.0", "pkg:npm/left@1.0.0"])
        #expect(report.packages.last?.dependencies == ["right"])
        #expect(report.packages.last?.digest == "sha512-x")
    }

    @Test func `a package without its lock is refused with the command that makes one`() throws {
        let folder = try TemporaryFolder()
        try folder.write("app/package.json", "{}")
        let build = try build(folder, .nodePackage("\(folder.path)/app"), runtime: "nodejs22.x")
        let error = #expect(throws: PackagingError.self) { try build.run { _ in } }
        #expect(error?.description.contains("npm install --package-lock-only") == true)
        #expect(try folder.names() == ["app", "tools"])
    }

    @Test func `gems go where the runtime looks, without what names this host`() throws {
        let folder = try TemporaryFolder()
        for name in ["Gemfile", "Gemfile.lock"] { try folder.write(name, "") }
        let report = try build(folder, .gemfile("\(folder.path)/Gemfile"), runtime: "ruby3.4").run { _ in }
        #expect(
            Set(try folder.unzipped("layer.zip").keys) == [
                "ruby/gems/3.4.0/gems/rack-3.0.0/lib/rack.rb", "ruby/gems/3.4.0/specifications/rack-3.0.0.gemspec",
            ])
        #expect(report.packages.map(\.url) == ["pkg:gem/rack@3.0.0"])
        let other = try build(folder, .gemfile("\(folder.path)/Gemfile"), runtime: "ruby3.3", ["HOST_RUBY": "3.1.0"])
        #expect(try other.run { _ in }.package.fileCount == 2)
    }

    @Test(arguments: [("3.1.0", Architecture.ofThisHost), ("3.4.0", Architecture.ofThisHost == .arm ? .x86 : .arm)])
    func `a gem that was compiled for another target is refused`(host: String, architecture: Architecture) throws {
        let folder = try TemporaryFolder()
        for name in ["Gemfile", "Gemfile.lock"] { try folder.write(name, "") }
        let build = try build(
            folder, .gemfile("\(folder.path)/Gemfile"), architecture, runtime: "ruby3.4",
            ["HOST_RUBY": host, "NATIVE": "1"])
        let error = #expect(throws: PackagingError.self) { try build.run { _ in } }
        #expect(error?.description.hasPrefix("json-2.0 is compiled for Ruby \(host)") == true)
    }

    @Test func `an installer's own message is reported`() throws {
        let folder = try TemporaryFolder()
        for name in ["Gemfile", "Gemfile.lock"] { try folder.write(name, "") }
        let build = try build(
            folder, .gemfile("\(folder.path)/Gemfile"), runtime: "ruby3.4", ["FAILURE": "1"])
        let error = #expect(throws: PackagingError.self) { try build.run { _ in } }
        #expect(error?.description == "bundle failed: Could not find gem 'rack'")
    }

    @Test(arguments: [LayerInput.nodePackage("."), .gemfile("Gemfile")])
    func `a missing program is named with what to install`(input: LayerInput) throws {
        let folder = try TemporaryFolder()
        for name in ["Gemfile", "package.json"] { try folder.write(name, "") }
        let here: LayerInput =
            if case .gemfile = input { .gemfile("\(folder.path)/Gemfile") } else { .nodePackage(folder.path) }
        let build = try build(folder, here, runtime: "nodejs22.x", ["PATH": "/nonexistent"])
        let error = #expect(throws: PackagingError.self) { try build.run { _ in } }
        #expect(error?.description.contains("is needed and not found: install") == true)
    }

    @Test func `segments that the loader cannot map are seen`() {
        var elf = [UInt8](repeating: 0, count: 64 + 56)
        elf.replaceSubrange(0..<6, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        (elf[16], elf[18], elf[32], elf[56]) = (3, 62, 64, 1)
        #expect(ELFSegments.isLoadable(elf, machine: 62))
        #expect(!ELFSegments.isLoadable(elf, machine: 183))
        elf[64] = 1
        (elf[64 + 8], elf[64 + 16 + 1], elf[64 + 48 + 1]) = (16, 0x10, 0x10)
        #expect(!ELFSegments.areAligned(in: elf))
        elf[64 + 16] = 16
        #expect(ELFSegments.areAligned(in: elf))
        elf[64 + 32] = 200
        #expect(!ELFSegments.areAligned(in: elf))
        #expect(!ELFSegments.areAligned(in: Array(elf.prefix(100))))
    }
}
