import Domain
import Testing

@testable import LayerCheck

@Suite struct LayerRuleTests {
    @Test(arguments: LayerRuleExample.all)
    func `a rule finds what breaks it, and not its good neighbour`(example: LayerRuleExample) {
        let found = LayerInspection.findings(in: example.bad, for: example.target)
        let spared = LayerInspection.findings(in: example.good, for: example.target)
        #expect(found.contains { $0.rule == example.rule && !$0.message.isEmpty }, "\(found)")
        #expect(!spared.contains { $0.rule == example.rule }, "\(spared)")
    }

    @Test func `every rule has an example, a code of its own and an explanation`() {
        #expect(Set(LayerRuleExample.all.map(\.rule)) == Set(LayerRule.allCases))
        #expect(Set(LayerRule.allCases.map(\.title)).count == LayerRule.allCases.count)
        #expect(Set(LayerRule.allCases.map(\.explanation)).count == LayerRule.allCases.count)
        #expect(LayerRule.allCases.map(\.code) == LayerRule.allCases.map(\.code).sorted())
    }

    @Test func `a thousand files of one cause are one finding`() {
        let files = (0..<1_000).map { LayerFile(path: "python/\($0).py", mode: 0o600) }
        let findings = findings([LayerContents(name: "a.zip", files: files)])
        #expect(findings.count == 1)
        #expect(findings.first?.paths.count == 1_000)
        #expect(
            findings.first?.message
                == "python/0.py, python/1.py, python/2.py and 997 more: functions' user may not read it: chmod a+rX")
    }

    @Test func `a layer that is as AWS documents it has no findings`() {
        let files = [
            LayerFile(path: "python", kind: .directory, mode: 0o755),
            LayerFile(path: "python/requests/__init__.py"),
            LayerFile(path: "bin/jq", mode: 0o755, content: .elf(ELFFile(machine: 62, libraries: ["libc.so.6"]))),
        ]
        #expect(findings([LayerContents(name: "a.zip", files: files)]).isEmpty)
        #expect(findings([LayerContents(name: "empty.zip", files: [])]).isEmpty)
    }

    @Test func `findings are in the order of the layers`() {
        let layers = ["b.zip", "a.zip"].map { name in
            LayerContents(name: name, files: [LayerFile(path: "python/\(name).py", mode: 0o600)])
        }
        #expect(findings(layers).map(\.layer) == ["b.zip", "a.zip"])
    }

    @Test(arguments: [
        ("python3.8", "Amazon Linux 2"), ("python3.11", "Amazon Linux 2"), ("python3.12", "Amazon Linux 2023"),
        ("nodejs18.x", "Amazon Linux 2"), ("nodejs20.x", "Amazon Linux 2023"), ("java8.al2", "Amazon Linux 2"),
        ("java17", "Amazon Linux 2"), ("java21", "Amazon Linux 2023"), ("ruby3.2", "Amazon Linux 2"),
        ("ruby3.3", "Amazon Linux 2023"), ("dotnet6", "Amazon Linux 2"), ("dotnet8", "Amazon Linux 2023"),
        ("dotnet10", "Amazon Linux 2023"), ("provided.al2", "Amazon Linux 2"), ("provided.al2023", "Amazon Linux 2023"),
    ])
    func `each runtime has the system that AWS documents`(name: String, system: String) {
        #expect(LayerTarget(runtime: RuntimeIdentifier(name), architecture: .x86).system.rawValue == system)
    }

    @Test func `declared sizes that no file has do not overflow`() {
        let files = (0..<3).map { LayerFile(path: "python/\($0)", size: .max) }
        #expect(findings([LayerContents(name: "a.zip", files: files)]).map(\.rule) == [.tooLarge])
    }

    private func findings(_ layers: [LayerContents]) -> [LayerFinding] {
        LayerInspection.findings(
            in: layers, for: LayerTarget(runtime: RuntimeIdentifier("python3.12"), architecture: .x86))
    }
}
