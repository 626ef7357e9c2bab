internal import AWSProtocol
internal import Digest
internal import Packaging

/// Prints what was packaged as one line or as JSON; warnings go to standard error.
struct PackageSummary {
    let report: PackageReport

    func print(on console: Console, asJSON: Bool) {
        if asJSON {
            console.print(json: .structure(members))
        } else {
            console.print(text)
        }
        let leftOut = report.leftOutTexts
        if !leftOut.isEmpty {
            console.report("left out: \(leftOut.joined(separator: ", ")) (--include PATH packs one of them)")
        }
        for warning in report.warnings { console.report("warning: \(warning)") }
    }

    /// The line about the zip.
    var text: String {
        "\(report.path): \(ByteCount.text(report.zippedBytes)) zipped, "
            + "\(ByteCount.text(report.unzippedBytes)) unzipped, \(report.fileCount) files, "
            + "sha256 \(report.digest.hex)"
    }

    /// The members of the JSON document.
    var members: [String: AWSValue] {
        [
            "path": .string(report.path),
            "codeSha256": .string(report.digest.base64),
            "zippedBytes": .integer(Int64(report.zippedBytes)),
            "unzippedBytes": .integer(Int64(report.unzippedBytes)),
            "fileCount": .integer(Int64(report.fileCount)),
            "largest": .list(
                report.largest.map {
                    .structure(["name": .string($0.name), "bytes": .integer(Int64($0.byteCount))])
                }),
            "leftOut": .list(
                report.leftOut.map { .structure(["path": .string($0.path), "rule": .string($0.rule)]) }),
            "warnings": .list(report.warnings.map { .string($0) }),
        ]
    }
}
