internal import AWSProtocol
internal import Domain
internal import LayerCheck
internal import Packaging

/// The report of `strata layer check`.
struct LayerCheckReport {
    let layers: [LayerContents]
    let target: LayerTarget
    let findings: [LayerFinding]

    init(layers: [LayerContents], target: LayerTarget) {
        (self.layers, self.target) = (layers, target)
        findings = LayerInspection.findings(in: layers, for: target)
    }

    /// Whether a finding is an error.
    var hasErrors: Bool { errorCount > 0 }

    private var errorCount: Int { findings.count { $0.rule.severity == .error } }
    private var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }

    /// Paths shown for each finding; `--json` has all.
    private static let shownPaths = 5

    /// The report as text.
    ///
    /// Names in layers are on one line each, so that none forges a finding; colours are added after that.
    func lines(_ style: TextStyle) -> [String] {
        findings.flatMap { lines(of: $0, style) } + [summary]
            + (findings.first.map { ["Run 'strata explain \($0.rule.code)' for what to do."] } ?? [])
    }

    private func lines(of finding: LayerFinding, _ style: TextStyle) -> [String] {
        let label = "\(finding.rule.severity.rawValue) \(finding.rule.code)"
        let colored = finding.rule.severity == .error ? style.red(label) : style.yellow(label)
        let head = "\(colored) \("\(finding.layer): \(finding.message)".onOneLine)"
        // Messages name up to four paths.
        guard finding.paths.count > 4 else { return [head] }
        let rest = finding.paths.count - Self.shownPaths
        return [head] + finding.paths.prefix(Self.shownPaths).map { "    \($0.onOneLine)" }
            + (rest > 0 ? ["    and \(rest) more"] : [])
    }

    /// `1 error, 2 warnings; 2 layers with 12.3 MB unzipped; 237.7 MB of 250.0 MB left for code`
    private var summary: String {
        let sizes =
            layers.count == 1
            ? "\(layers[0].name.onOneLine): \(ByteCount.text(byteCount)) unzipped"
            : layers.map { "\($0.name.onOneLine) \(ByteCount.text($0.byteCount))" }.joined(separator: ", ")
                + ": \(ByteCount.text(byteCount)) unzipped"
        let limit = LambdaLimits.unzippedBytes
        let rest =
            byteCount <= limit
            ? "\(ByteCount.text(limit - byteCount)) of \(ByteCount.text(limit)) left for the function's code"
            : "\(ByteCount.text(byteCount - limit)) more than the limit of \(ByteCount.text(limit))"
        let counts = "\(Self.count(errorCount, "error")), \(Self.count(findings.count - errorCount, "warning"))"
        return "\(counts). \(sizes), \(rest)"
    }

    private static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// The report as JSON.
    var document: AWSValue {
        .structure([
            "runtime": target.runtime.map { .string($0.description) } ?? .null,
            "architecture": .string(target.architecture.rawValue),
            "layers": .list(
                layers.map {
                    .structure([
                        "name": .string($0.name), "unzippedBytes": .integer(Int64($0.byteCount)),
                        "entryCount": .integer(Int64($0.files.count)),
                    ])
                }),
            "findings": .list(findings.map(\.document)),
            "errorCount": .integer(Int64(errorCount)),
            "warningCount": .integer(Int64(findings.count - errorCount)),
            "unzippedBytes": .integer(Int64(byteCount)),
            "limitBytes": .integer(Int64(LambdaLimits.unzippedBytes)),
        ])
    }
}

extension LayerFinding {
    /// The finding as JSON.
    var document: AWSValue {
        .structure([
            "code": .string(rule.code), "severity": .string(rule.severity.rawValue), "title": .string(rule.title),
            "layer": .string(layer), "message": .string(message), "paths": .list(paths.map { .string($0) }),
        ])
    }
}
