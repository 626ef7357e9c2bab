internal import AWSProtocol
internal import Digest
internal import LayerCheck
internal import Packaging

/// Prints what a layer's build made as text or as JSON; notes, warnings and findings go to standard error.
struct LayerBuildSummary {
    let report: LayerReport
    let findings: [LayerFinding]

    func print(on console: Console, asJSON: Bool) {
        if asJSON {
            console.print(json: document)
        } else {
            for line in lines { console.print(line) }
        }
        for note in report.notes { console.report("note: \(note)") }
        for warning in report.package.warnings { console.report("warning: \(warning)") }
        for finding in findings {
            console.report("\(finding.rule.severity.rawValue) \(finding.rule.code) \(finding.message.onOneLine)")
        }
    }

    private var lines: [String] {
        let package = PackageSummary(report: report.package)
        if report.isUnchanged {
            return [package.text, "Unchanged since it was built (\(report.lock)); --force builds it again."]
        }
        var details: [String] = []
        if !report.packages.isEmpty { details.append("\(report.packages.count) packages") }
        if report.bytecodeCount > 0 { details.append("bytecode of \(report.bytecodeCount) sources") }
        for saving in savings {
            let what = saving.rule == "strip" ? "symbols of \(saving.fileCount) files" : saving.rule
            details.append("without \(what) (\(ByteCount.text(saving.byteCount)))")
        }
        let files = [report.materials, report.lock].compactMap(\.self).joined(separator: ", ")
        return [package.text] + (details.isEmpty ? [] : [details.joined(separator: ", ")]) + ["Also written: \(files)"]
    }

    /// One for each rule, though a layer is for several runtimes.
    private var savings: [(rule: String, fileCount: Int, byteCount: Int)] {
        var seen: Set<String> = []
        return report.savings.map(\.rule).filter { seen.insert($0).inserted }.map { rule in
            let all = report.savings.filter { $0.rule == rule }
            return (rule, all.reduce(0) { $0 + $1.fileCount }, all.reduce(0) { $0 + $1.byteCount })
        }
    }

    private var document: AWSValue {
        var members = PackageSummary(report: report.package).members
        members["isUnchanged"] = .boolean(report.isUnchanged)
        members["bytecodeFiles"] = .integer(Int64(report.bytecodeCount))
        members["lock"] = .string(report.lock)
        members["sbom"] = report.materials.map { .string($0) } ?? .null
        members["notes"] = .list(report.notes.map { .string($0) })
        members["packages"] = .list(
            report.packages.map {
                .structure([
                    "name": .string($0.name), "version": .string($0.version), "url": .string($0.url),
                    "digest": .string($0.digest),
                ])
            })
        members["savings"] = .list(
            savings.map {
                .structure([
                    "rule": .string($0.rule), "files": .integer(Int64($0.fileCount)),
                    "bytes": .integer(Int64($0.byteCount)),
                ])
            })
        members["findings"] = .list(
            findings.map {
                .structure([
                    "code": .string($0.rule.code), "severity": .string($0.rule.severity.rawValue),
                    "message": .string($0.message), "paths": .list($0.paths.map { .string($0) }),
                ])
            })
        return .structure(members)
    }
}
