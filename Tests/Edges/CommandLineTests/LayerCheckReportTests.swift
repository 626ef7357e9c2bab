import AWSProtocol
import Domain
import LayerCheck
import Testing

@testable import CommandLine

@Suite struct LayerCheckReportTests {
    private static let plain = TextStyle(isTerminal: false, environment: [:])

    private func report(_ layers: [(name: String, files: [LayerFile])], isFolder: Bool = false) -> LayerCheckReport {
        LayerCheckReport(
            layers: layers.map { LayerContents(name: $0.name, files: $0.files, isFolder: isFolder) },
            target: LayerTarget(runtime: RuntimeIdentifier("python3.12"), architecture: .x86))
    }

    private var bad: LayerCheckReport {
        report([
            ("a.zip", [LayerFile(path: "requests/__init__.py", size: 1_048_576)]),
            ("b.zip", (1...7).map { LayerFile(path: "python/\($0).py", mode: 0o600) }),
        ])
    }

    @Test func `findings, paths, sizes and what is left are shown`() {
        #expect(
            bad.lines(Self.plain) == [
                "error L101 a.zip: requests is at the top of the layer, in /opt; Python looks in /opt/python: "
                    + "zip it as python/requests",
                "error L302 b.zip: python/1.py, python/2.py, python/3.py and 4 more: functions' user may not read "
                    + "it: chmod a+rX",
                "    python/1.py", "    python/2.py", "    python/3.py", "    python/4.py", "    python/5.py",
                "    and 2 more",
                "2 errors, 0 warnings. a.zip 1.0 MB, b.zip 0 bytes: 1.0 MB unzipped, 249.0 MB of 250.0 MB left for "
                    + "the function's code",
                "Run 'strata explain L101' for what to do.",
            ])
    }

    @Test func `a layer without findings is one line`() {
        let report = report([("a.zip", [LayerFile(path: "python/six.py", size: 2_048)])])
        #expect(
            report.lines(Self.plain) == [
                "0 errors, 0 warnings. a.zip: 2.0 KB unzipped, 250.0 MB of 250.0 MB left for the function's code"
            ])
        #expect(!report.hasErrors)
    }

    @Test func `names in a layer cannot forge lines or colours`() {
        let report = report([("a.zip", [LayerFile(path: "bin/a\nerror L999\u{1B}[2J")])])
        #expect(
            report.lines(Self.plain).first
                == "error L301 a.zip: bin/a error L999 [2J: functions' user may not run it: chmod 755")
    }

    @Test func `colours are for terminals`() {
        let colored = TextStyle(isTerminal: true, environment: [:])
        #expect(bad.lines(colored)[0].hasPrefix("\u{1B}[31merror L101\u{1B}[0m a.zip: "))
    }

    @Test func `the JSON document has every path`() {
        let findings = bad.document.values("findings")
        #expect(findings.map { $0.text("code") } == ["L101", "L302"])
        #expect(findings[1].values("paths").count == 7)
        #expect(bad.document.number("errorCount") == 2)
        #expect(bad.document.number("unzippedBytes") == 1_048_576)
    }

    /// The properties that sarif-schema-2.1.0.json requires: version and runs; a run's tool; a tool's driver; its
    /// name; a rule's id; a result's message; a message's text or id; a location's URI.
    @Test func `the SARIF log has what its schema requires`() throws {
        let log = SARIFLog(of: bad).document
        #expect(log.text("version") == "2.1.0")
        let run = try #require(log.values("runs").first)
        let driver = try #require(run["tool"]?["driver"])
        #expect(!driver.text("name").isEmpty)
        let rules = driver.values("rules")
        #expect(rules.map { $0.text("id") } == LayerRule.allCases.map(\.code))
        #expect(rules.allSatisfy { $0["shortDescription"]?.text("text").isEmpty == false })
        let results = run.values("results")
        #expect(results.count == 2)
        for result in results {
            #expect(result["message"]?.text("text").isEmpty == false)
            #expect(["error", "warning"].contains(result.text("level")))
            #expect(rules[Int(result.number("ruleIndex"))].text("id") == result.text("ruleId"))
            for location in result.values("locations") {
                let uri = location["physicalLocation"]?["artifactLocation"]?.text("uri")
                #expect(uri == "a.zip" || uri == "b.zip")
                #expect(location.values("logicalLocations").first?.text("fullyQualifiedName").isEmpty == false)
            }
        }
        #expect(results[1].values("locations").count == 7)
    }

    @Test func `a folder's findings are at its files, as URIs`() {
        let report = report([("my layer", [LayerFile(path: "bin/jq")])], isFolder: true)
        let location = SARIFLog(of: report).document.values("runs")[0].values("results")[0].values("locations")[0]
        #expect(location["physicalLocation"]?["artifactLocation"]?.text("uri") == "my%20layer/bin/jq")
    }

    @Test func `every code is listed and explained`() {
        let list = Session().run("explain")
        #expect(list.code == 0)
        let codes = list.output.split(separator: "\n").map { String($0.prefix(4)) }
        #expect(codes == LayerRule.allCases.map(\.code))
        for code in codes {
            let result = Session().run("explain \(code.lowercased())")
            #expect(result.code == 0 && result.output.hasPrefix(code))
            let lines = result.output.split(separator: "\n").map(\.count)
            #expect(lines.dropFirst().allSatisfy { $0 <= 80 })
        }
    }
}
