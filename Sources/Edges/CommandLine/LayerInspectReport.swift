internal import AWSProtocol
internal import PackageContents
internal import Packaging

/// The report of `strata layer inspect` about one file or folder.
struct LayerInspectReport {
    let name: String
    let summary: ContentsSummary
    let tree: FolderTree
    /// The size of the zip file; `nil` for a folder.
    let zipByteCount: Int?

    init(reading path: String, depth: Int) throws(PackageReadError) {
        let source = try PackageSource(reading: path)
        let listing = try PackageListing(of: source)
        name = path
        summary = ContentsSummary(files: source.files, listing: listing)
        tree = FolderTree(source.files, depth: depth)
        zipByteCount = source.zipByteCount
    }

    /// `layer.zip: 7 packages, 1 204 files, 14.2 MB unpacked, 3.1 MB zipped`
    private var head: String {
        let packages = summary.parts.count { $0.kind != .folder }
        let zipped = zipByteCount.map { ", \(ByteCount.text($0)) zipped" } ?? ""
        return "\(name.onOneLine): \(Self.count(packages, "package")), \(Self.count(summary.total.files, "file")), "
            + "\(ByteCount.text(summary.total.bytes)) unpacked\(zipped)"
    }

    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// The packages as a table, largest first.
    func lines(_ style: TextStyle, width: Int? = nil) -> [String] {
        guard !summary.parts.isEmpty else { return [head] }
        let isZip = zipByteCount != nil
        var table = TextTable(["PACKAGE", "VERSION", "FILES", "UNPACKED"] + (isZip ? ["ZIPPED"] : []) + ["SHARE"])
        for part in summary.parts {
            let zipped = isZip ? [ByteCount.text(part.size.zippedBytes ?? 0)] : []
            table.add(
                [
                    Self.label(of: part), part.version ?? "-", "\(part.size.files)", ByteCount.text(part.size.bytes),
                ] + zipped + [Self.share(part.size.bytes, of: summary.total.bytes)])
        }
        if let width { table.fit(width, leavingOut: ["FILES", "ZIPPED", "VERSION"]) }
        return [head] + table.takeLines(style)
    }

    /// The name of a part for people; files in no folder have none.
    static func label(of part: ContentsSummary.Part) -> String {
        part.name.isEmpty ? "files at the top" : part.name
    }

    /// `12.3%`
    static func share(_ bytes: Int, of total: Int) -> String {
        guard total > 0 else { return "-" }
        let tenths = Int((Double(bytes) * 1_000 / Double(total)).rounded())
        return "\(tenths / 10).\(tenths % 10)%"
    }

    /// The folders with their sizes, largest first.
    var treeLines: [String] {
        [head] + lines(of: tree.folders, indentation: 1)
    }

    private func lines(of folders: [FolderTree], indentation: Int) -> [String] {
        folders.flatMap { folder in
            let size = ByteCount.text(folder.size.bytes)
            let share = Self.share(folder.size.bytes, of: summary.total.bytes)
            let space = String(repeating: " ", count: max(1, 12 - size.count))
            let gap = String(repeating: " ", count: max(1, 8 - share.count))
            let indent = String(repeating: "  ", count: indentation)
            return ["\(space)\(size)\(gap)\(share)\(indent)\(folder.name.onOneLine)/"]
                + lines(of: folder.folders, indentation: indentation + 1)
        }
    }

    /// The report as JSON.
    var document: AWSValue {
        .structure([
            "name": .string(name), "fileCount": .integer(Int64(summary.total.files)),
            "unzippedBytes": .integer(Int64(summary.total.bytes)),
            "zippedBytes": zipByteCount.map { .integer(Int64($0)) } ?? .null,
            "contents": .list(
                summary.parts.map { part in
                    .structure([
                        "kind": .string(part.kind.rawValue), "name": .string(part.name),
                        "version": part.version.map { .string($0) } ?? .null,
                        "fileCount": .integer(Int64(part.size.files)),
                        "unzippedBytes": .integer(Int64(part.size.bytes)),
                        "zippedBytes": part.size.zippedBytes.map { .integer(Int64($0)) } ?? .null,
                    ])
                }),
            "folders": .list(tree.folders.map(Self.document(of:))),
        ])
    }

    private static func document(of folder: FolderTree) -> AWSValue {
        .structure([
            "name": .string(folder.name), "fileCount": .integer(Int64(folder.size.files)),
            "unzippedBytes": .integer(Int64(folder.size.bytes)), "folders": .list(folder.folders.map(document(of:))),
        ])
    }
}
