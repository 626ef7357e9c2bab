import Domain
import PackageContents
import Testing

@testable import LayerCheck

/// Layers that break a rule, and neighbours that do not.
struct LayerRuleExample: Sendable, CustomTestStringConvertible {
    let rule: LayerRule
    let runtime: String?
    let bad: [LayerContents]
    let good: [LayerContents]

    init(_ rule: LayerRule, runtime: String? = "python3.12", bad: [[LayerFile]], good: [[LayerFile]]) {
        (self.rule, self.runtime) = (rule, runtime)
        func layers(_ files: [[LayerFile]]) -> [LayerContents] {
            files.enumerated().map { LayerContents(name: "layer\($0 + 1).zip", files: $1) }
        }
        (self.bad, self.good) = (layers(bad), layers(good))
    }

    var testDescription: String { "\(rule.code) \(rule)" }

    var target: LayerTarget {
        LayerTarget(runtime: runtime.flatMap { RuntimeIdentifier($0) }, architecture: .x86)
    }

    static let all = folders + versions + binaries + access + packages + contents + sizes

    private static let folders = [
        LayerRuleExample(
            .packageAtTop, bad: [files("requests/__init__.py", "requests/api.py")],
            good: [files("python/requests/__init__.py", "python/requests/api.py")]),
        LayerRuleExample(
            .packageAtTop, runtime: nil, bad: [files("six.py", "python/requests/__init__.py")],
            good: [files("extensions/agent", "agent/__init__.py", "six.py", mode: 0o755)]),
        LayerRuleExample(
            .extraFolder, bad: [files("my-layer/python/six.py", "my-layer/README.md")],
            good: [files("python/python/six.py")]),
        LayerRuleExample(
            .sitePackagesElsewhere, bad: [files("python/site-packages/six.py")],
            good: [files("python/lib/python3.12/site-packages/six.py", "python/venv_tools/site-packages/x.py")]),
        LayerRuleExample(
            .sitePackagesElsewhere, bad: [files("lib/python3.12/site-packages/six.py")],
            good: [files("lib/libz.so.1")]),
        LayerRuleExample(
            .nodeModulesAtTop, runtime: "nodejs22.x", bad: [files("node_modules/ms/index.js")],
            good: [files("nodejs/node_modules/ms/index.js")]),
        LayerRuleExample(
            .nodePackageElsewhere, runtime: "nodejs22.x",
            bad: [files("nodejs/ms/package.json", "nodejs/@aws/x/package.json")],
            good: [
                files(
                    "nodejs/package.json", "nodejs/node_modules/ms/package.json",
                    "nodejs/node22/node_modules/ms/package.json")
            ]),
        LayerRuleExample(
            .jarElsewhere, runtime: "java21", bad: [files("java/gson.jar")], good: [files("java/lib/gson.jar")]),
        LayerRuleExample(.libraryAtTop, bad: [files("libpq.so.5")], good: [files("lib/libpq.so.5")]),
    ]

    private static let versions = [
        LayerRuleExample(
            .literalVersion, bad: [files("python/lib/python3.x/site-packages/six.py")],
            good: [files("python/lib/python3.12/site-packages/six.py")]),
        LayerRuleExample(
            .otherVersionFolder, bad: [files("python/lib/python3.11/site-packages/six.py")],
            good: [
                files("python/lib/python3.11/site-packages/six.py", "python/lib/python3.12/site-packages/six.py")
            ]),
        LayerRuleExample(
            .otherVersionFolder, runtime: "nodejs22.x", bad: [files("nodejs/node20/node_modules/ms/index.js")],
            good: [files("nodejs/node22/node_modules/ms/index.js")]),
        LayerRuleExample(
            .otherVersionFolder, runtime: "ruby3.4", bad: [files("ruby/gems/3.3.0/gems/json/json.rb")],
            good: [files("ruby/gems/3.4.0/gems/json/json.rb")]),
        LayerRuleExample(
            .mixedLanguages, bad: [files("python/six.py"), files("nodejs/node_modules/ms/index.js")],
            good: [files("python/six.py"), files("lib/libz.so.1")]),
        LayerRuleExample(
            .mixedLanguages, runtime: nil, bad: [files("python/six.py", "ruby/lib/json.rb")],
            good: [files("python/six.py"), files("python/seven.py")]),
    ]

    private static let binaries = [
        LayerRuleExample(
            .wrongArchitecture, bad: [[program("bin/jq", ELFFile(machine: 183))]],
            good: [
                [
                    program("bin/jq", ELFFile(machine: 62)),
                    program("nodejs/node_modules/x/prebuilds/linux-arm64/x.node", ELFFile(machine: 183)),
                ]
            ]),
        LayerRuleExample(
            .newerGlibc, bad: [[program("bin/jq", ELFFile(machine: 62, glibcMinor: 38))]],
            good: [[program("bin/jq", ELFFile(machine: 62, glibcMinor: 34))]]),
        LayerRuleExample(
            .newerGlibc, runtime: "python3.11", bad: [[program("bin/jq", ELFFile(machine: 62, glibcMinor: 34))]],
            good: [[program("bin/jq", ELFFile(machine: 62, glibcMinor: 26))]]),
        LayerRuleExample(
            .otherPythonTag, bad: [files("python/_x.cpython-311-x86_64-linux-gnu.so")],
            good: [
                files(
                    "python/_x.cpython-311-x86_64-linux-gnu.so", "python/_x.cpython-312-x86_64-linux-gnu.so",
                    "python/_y.abi3.so")
            ]),
        LayerRuleExample(
            .missingLibrary,
            bad: [[program("lib/a.so", ELFFile(machine: 62, libraries: ["libc.so.6", "libpq.so.5"]))]],
            good: [
                [program("lib/a.so", ELFFile(machine: 62, libraries: ["libc.so.6", "libpq.so.5"]))],
                [program("lib/libpq.so.5", ELFFile(machine: 62, libraries: ["libpython3.12.so.1.0"]))],
            ]),
        LayerRuleExample(
            .foreignSystem, bad: [files("python/_x.cpython-312-darwin.so")],
            good: [files("python/_x.cpython-312-x86_64-linux-gnu.so")]),
    ]

    private static let access = [
        LayerRuleExample(
            .notExecutable, bad: [files("extensions/agent")],
            good: [files("extensions/agent", "bin/jq", mode: 0o755) + files("bin/README.md", "extensions/lib/x.py")]),
        LayerRuleExample(
            .notExecutable, bad: [[LayerFile(path: "bin/jq", mode: nil)]],
            good: [[LayerFile(path: "python/six.py", mode: nil)]]),
        LayerRuleExample(
            .unreadable, bad: [files("python/six.py", mode: 0o640)],
            good: [files("python/six.py", mode: 0o444)]),
        LayerRuleExample(
            .unreadable, bad: [[LayerFile(path: "python", kind: .directory, mode: 0o750)]],
            good: [[LayerFile(path: "python", kind: .directory, mode: 0o755)]]),
        LayerRuleExample(
            .brokenLink,
            bad: [[link("lib/libz.so", to: "libz.so.1")], [link("lib/a", to: "b"), link("lib/b", to: "a")]],
            good: [
                [link("lib/libz.so", to: "libz.so.1"), link("lib64", to: "/opt/lib"), link("z", to: "lib64/libz.so")],
                files("lib/libz.so.1"),
            ]),
        LayerRuleExample(
            .escapingLink, bad: [[link("python/lib64", to: "../../usr/lib64")]],
            good: [
                [link("python/lib64", to: "../../opt/lib"), link("n", to: "/dev/null")] + files("lib/libz.so.1")
            ]),
        LayerRuleExample(
            .escapingLink, bad: [[link("python/data", to: "/home/me/data")]],
            good: [[link("python/data", to: "/tmp/data")]]),
    ]

    private static let packages = [
        LayerRuleExample(
            .duplicatePath, bad: [files("python/six.py", "python/six.py")],
            good: [files("python/six.py", "python/seven.py")]),
        LayerRuleExample(
            .shadowedPath, bad: [files("python/six.py"), files("python/six.py")],
            good: [files("python/six.py"), files("python/seven.py")]),
        LayerRuleExample(
            .severalVersions, bad: [[package("idna", "3.6")], [package("idna", "3.7")]],
            good: [[package("idna", "3.7")], [package("certifi", "3.6")]]),
        LayerRuleExample(
            .missingRequirement, bad: [[package("requests", "2.32.5", "idna", "urllib3")]],
            good: [
                [package("requests", "2.32.5", "idna", "urllib3", "my-mod")],
                [package("idna", "3.7")] + files("python/my_mod.py"),
            ]),
    ]

    private static let contents = [
        LayerRuleExample(
            .secretFile, bad: [files("python/app/.env")],
            good: [files("python/app/.env.example", "python/x/tests/.env")]),
        LayerRuleExample(.secretFile, bad: [files("python/.aws/credentials")], good: [files("python/credentials")]),
        LayerRuleExample(
            .privateKey, bad: [[LayerFile(path: "python/tls/server.key", content: .privateKey)]],
            good: [files("python/certifi/cacert.pem")]),
        LayerRuleExample(
            .versionControl, bad: [files("python/app/.git/HEAD", "python/app/.git/config")],
            good: [files("python/app/.gitignore")]),
        LayerRuleExample(
            .foreignBytecode, bad: [files("python/__pycache__/six.cpython-311.pyc")],
            good: [files("python/__pycache__/six.cpython-312.pyc")]),
        LayerRuleExample(
            .workingFolder, bad: [files("nodejs/node_modules/.cache/x", ".venv/bin/python", mode: 0o755)],
            good: [files("nodejs/node_modules/cache/x")]),
        LayerRuleExample(
            .dataset, bad: [[LayerFile(path: "python/data/all.csv", size: 11 << 20)]],
            good: [[LayerFile(path: "python/data/few.csv", size: 1 << 20)]]),
    ]

    private static let sizes = [
        LayerRuleExample(
            .tooLarge,
            bad: [[LayerFile(path: "python/a", size: 262_144_000)], [LayerFile(path: "python/b", size: 1)]],
            good: [[LayerFile(path: "python/a", size: 262_144_000)]]),
        LayerRuleExample(
            .littleHeadroom, bad: [[LayerFile(path: "python/a", size: 220_000_000)]],
            good: [[LayerFile(path: "python/a", size: 200_000_000)]]),
    ]

    private static func files(_ paths: String..., mode: UInt32 = 0o644) -> [LayerFile] {
        paths.map { LayerFile(path: $0, mode: mode) }
    }

    private static func program(_ path: String, _ elf: ELFFile) -> LayerFile {
        LayerFile(path: path, mode: 0o755, content: .elf(elf))
    }

    private static func link(_ path: String, to target: String) -> LayerFile {
        LayerFile(path: path, kind: .link(target: target), mode: 0o777)
    }

    private static func package(_ name: String, _ version: String, _ requirements: String...) -> LayerFile {
        LayerFile(
            path: "python/\(name)-\(version).dist-info/METADATA",
            content: .pythonPackage(PythonPackage(name: name, version: version, requirements: requirements)))
    }
}
