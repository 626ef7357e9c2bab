internal import AWSProtocol
internal import LayerCheck

/// A report in the format that code hosts and editors read: Static Analysis Results Interchange Format 2.1.0.
///
/// Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. What is in a zip has no file of its own:
/// its place is the zip, and its path a logical location.
struct SARIFLog {
    private let report: LayerCheckReport

    init(of report: LayerCheckReport) { self.report = report }

    /// GitHub shows no more of one result.
    private static let mostLocations = 100

    /// The log as JSON.
    var document: AWSValue {
        .structure([
            "$schema": .string("https://json.schemastore.org/sarif-2.1.0.json"),
            "version": .string("2.1.0"),
            "runs": .list([
                .structure([
                    "tool": .structure([
                        "driver": .structure([
                            "name": .string("strata layer check"), "version": .string(StrataVersion.current),
                            "rules": .list(LayerRule.allCases.map(Self.document(of:))),
                        ])
                    ]),
                    "results": .list(report.findings.map(document(of:))),
                    "columnKind": .string("unicodeCodePoints"),
                ])
            ]),
        ])
    }

    private static func document(of rule: LayerRule) -> AWSValue {
        .structure([
            "id": .string(rule.code), "name": .string("\(rule)"),
            "shortDescription": text(rule.title), "fullDescription": text(rule.explanation),
            "help": text(rule.explanation),
            "defaultConfiguration": .structure(["level": .string(rule.severity.rawValue)]),
        ])
    }

    private func document(of finding: LayerFinding) -> AWSValue {
        let paths = finding.paths.isEmpty ? [nil] : finding.paths.prefix(Self.mostLocations).map { Optional($0) }
        return .structure([
            "ruleId": .string(finding.rule.code),
            "ruleIndex": .integer(Int64(LayerRule.allCases.firstIndex(of: finding.rule) ?? 0)),
            "level": .string(finding.rule.severity.rawValue),
            "message": Self.text("\(finding.layer): \(finding.message)"),
            "locations": .list(paths.map { location(of: $0, in: finding.layer) }),
        ])
    }

    private func location(of path: String?, in layer: String) -> AWSValue {
        let isFolder = report.layers.contains { $0.name == layer && $0.isFolder }
        let file = isFolder ? path.map { "\(layer)/\($0)" } : nil
        var members: [String: AWSValue] = [
            "physicalLocation": .structure([
                "artifactLocation": .structure(["uri": .string(Self.reference(to: file ?? layer))])
            ])
        ]
        if let path {
            members["logicalLocations"] = .list([
                .structure(["fullyQualifiedName": .string(path), "kind": .string("resource")])
            ])
        }
        return .structure(members)
    }

    /// A path as a URI reference: relative paths stay relative, so that code hosts find them in the repository.
    private static func reference(to path: String) -> String {
        let encoded = path.split(separator: "/", omittingEmptySubsequences: false)
            .map { PercentEncoding.encode(String($0)) }.joined(separator: "/")
        return path.hasPrefix("/") ? "file://\(encoded)" : encoded
    }

    private static func text(_ text: String) -> AWSValue { .structure(["text": .string(text)]) }
}
