internal import AWSProtocol
internal import Domain
internal import LayerSplit
internal import PackageContents
internal import Packaging

/// The report of `strata layer split` about one package.
struct LayerSplitReport {
    let splitter: PackageSplitter
    let plan: SplitPlan
    /// What was written; `nil` for a plan.
    let outcome: SplitWriter.Outcome?
    let folder: String

    private var source: PackageSource { splitter.source }
    private var total: ContentsSize { ContentsSize(source.files) }

    /// A planned or written archive.
    private struct Row {
        let path: String
        let size: ContentsSize
        /// The bytes of the archive; of a plan, what its files take in the original; `nil` for folders' files.
        let zippedBytes: Int?
        let packages: [InstalledPackage]
    }

    private var rows: [Row] {
        let code = Row(
            path: "\(folder)/code.zip", size: size(plan.code),
            zippedBytes: outcome?.code?.zippedBytes ?? size(plan.code).zippedBytes, packages: [])
        let layers = plan.layers.enumerated().map { number, layer in
            Row(
                path: "\(folder)/layer-\(layer.name).zip", size: size(layer.files),
                zippedBytes: outcome?.layers[number].zippedBytes ?? size(layer.files).zippedBytes,
                packages: layer.packages)
        }
        return (code.size.files > 0 ? [code] : []) + layers
    }

    private func size(_ places: [Int]) -> ContentsSize { ContentsSize(places.map { source.files[$0] }) }

    /// The report as text. Names in packages are on one line each.
    func lines(_ style: TextStyle) -> [String] {
        let packages = LayerInspectReport.count(splitter.listing.packages.count, "package")
        let files = LayerInspectReport.count(total.files, "file")
        var table = TextTable(["ARCHIVE", "FILES", "UNPACKED", "ZIPPED", "PACKAGES"])
        for row in rows {
            table.add([
                row.path, "\(row.size.files)", ByteCount.text(row.size.bytes),
                row.zippedBytes.map(ByteCount.text) ?? "-", Self.names(row.packages),
            ])
        }
        return ["\(source.name.onOneLine): \(packages), \(files), \(ByteCount.text(total.bytes)) unpacked"]
            + table.takeLines(style)
            + plan.kept.map { "\($0.package.onOneLine) stays in the code: \($0.reason.onOneLine)" }
            + [proof, saving].compactMap { $0 } + next
    }

    /// The first few names, and how many more there are.
    private static func names(_ packages: [InstalledPackage]) -> String {
        guard !packages.isEmpty else { return "-" }
        let shown = packages.count > 6 ? 5 : packages.count
        let names = packages.prefix(shown).map(\.name).joined(separator: ", ")
        return packages.count > shown ? "\(names) and \(packages.count - shown) more" : names
    }

    private var archives: String {
        let layers = LayerInspectReport.count(plan.layers.count, "layer")
        return outcome?.code == nil && outcome != nil ? layers : "code and \(layers)"
    }

    private var proof: String? {
        guard let outcome else { return "Nothing was written (--dry-run)." }
        return "Proved: \(archives), merged as a function sees them, are \(source.name.onOneLine) again: "
            + "\(LayerInspectReport.count(outcome.provedFiles, "file")) with the same paths, modes and bytes."
    }

    /// The bytes that a deployment of code alone uploads, before and after.
    private var upload: (before: Int, after: Int)? {
        guard let code = outcome?.code else { return nil }
        let all = code.zippedBytes + (outcome?.layers.reduce(0) { $0 + $1.zippedBytes } ?? 0)
        return (source.zipByteCount ?? all, code.zippedBytes)
    }

    private var saving: String? {
        guard let (before, after) = upload, before > after else { return nil }
        let share = LayerInspectReport.share(before - after, of: before)
        return "Saved: a change of code uploads \(ByteCount.text(after)) from now on instead of "
            + "\(ByteCount.text(before)), \(share) less; the layers are uploaded when their packages change."
    }

    private var next: [String] {
        guard outcome != nil, let layer = plan.layers.first else { return [] }
        return [
            "Next, for each layer, and then for the function with the ARNs that this prints:",
            "  aws lambda publish-layer-version --layer-name \(layer.name) "
                + "--zip-file fileb://\(folder)/layer-\(layer.name).zip",
            "  aws lambda update-function-configuration --function-name NAME --layers ARN...",
            "  aws lambda update-function-code --function-name NAME --zip-file fileb://\(folder)/code.zip",
        ]
    }

    /// One sentence for each of AWS's limits that an archive exceeds, and for programs that have moved.
    var warnings: [String] {
        let large = rows.filter { $0.zippedBytes ?? 0 > LambdaLimits.zippedUploadBytes }.map {
            "\($0.path) is \(ByteCount.text($0.zippedBytes ?? 0)): AWS takes 50 MB in a request, and more only from S3"
        }
        let layerBytes = size(plan.layers.flatMap(\.files)).bytes
        let together =
            total.bytes + layerBytes > LambdaLimits.unzippedBytes
            ? [
                "the package with the new layers beside it has more than 250 MB: update the code first, when the "
                    + "function is not invoked, or make another function"
            ] : []
        let moved = Set(plan.layers.flatMap(\.files))
        let programs = moved.filter { source.files[$0].names[0] == "bin" && source.files[$0].kind == .file }
        guard !programs.isEmpty else { return large + together }
        let names = programs.map { source.files[$0].path.onOneLine }.sorted().prefix(3).joined(separator: ", ")
        return large + together + [
            "programs of packages (\(names)\(programs.count > 3 ? ", …" : "")) are in /opt/bin now, which is in PATH; "
                + "code that starts them at /var/task/bin has to change"
        ]
    }

    /// The report as JSON.
    var document: AWSValue {
        .structure([
            "package": .string(source.name), "fileCount": .integer(Int64(total.files)),
            "unzippedBytes": .integer(Int64(total.bytes)),
            "zippedBytes": source.zipByteCount.map { .integer(Int64($0)) } ?? .null,
            "isWritten": .boolean(outcome != nil),
            "provedFiles": outcome.map { .integer(Int64($0.provedFiles)) } ?? .null,
            "uploadBytesBefore": upload.map { .integer(Int64($0.before)) } ?? .null,
            "uploadBytesAfter": upload.map { .integer(Int64($0.after)) } ?? .null,
            "archives": .list(
                rows.map { row in
                    .structure([
                        "path": .string(row.path), "fileCount": .integer(Int64(row.size.files)),
                        "unzippedBytes": .integer(Int64(row.size.bytes)),
                        "zippedBytes": row.zippedBytes.map { .integer(Int64($0)) } ?? .null,
                        "packages": .list(
                            row.packages.map {
                                .structure([
                                    "name": .string($0.name), "version": $0.version.map { .string($0) } ?? .null,
                                ])
                            }),
                    ])
                }),
            "keptInCode": .list(
                plan.kept.map { .structure(["package": .string($0.package), "reason": .string($0.reason)]) }),
            "warnings": .list(warnings.map { .string($0) }),
        ])
    }
}
