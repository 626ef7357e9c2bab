internal import AWSProtocol
internal import PackageContents
internal import Packaging

/// The report of `strata layer diff`.
struct LayerDiffReport {
    let difference: ContentsDifference
    private let old: Side
    private let new: Side

    /// One of the two packages.
    private struct Side {
        let name: String
        let size: ContentsSize
        let zipByteCount: Int?

        init(_ source: PackageSource) {
            (name, size, zipByteCount) = (source.name, ContentsSize(source.files), source.zipByteCount)
        }
    }

    init(from oldPath: String, to newPath: String) throws(PackageReadError) {
        let (oldSource, newSource) = (try PackageSource(reading: oldPath), try PackageSource(reading: newPath))
        difference = try ContentsDifference(
            from: oldSource, PackageListing(of: oldSource), to: newSource, PackageListing(of: newSource))
        (old, new) = (Side(oldSource), Side(newSource))
    }

    /// The report as text. Names in packages are on one line each; colours are added after that.
    func lines(_ style: TextStyle, allFiles: Bool) -> [String] {
        guard !difference.isEmpty else { return [equality] }
        let packages = difference.packages.map { line(of: $0, style) }
        let shown = difference.changes.filter { allFiles || difference.codePaths.contains($0.path) }
        let files = shown.map { line(of: $0, style) }
        let inPackages = difference.changes.count - shown.count
        let rest = inPackages > 0 ? ["  \(LayerInspectReport.count(inPackages, "file")) of packages (--files)"] : []
        return packages + files + rest + [sizes]
    }

    private var equality: String {
        let names = "\(old.name.onOneLine) and \(new.name.onOneLine) have equal contents"
        guard let one = old.zipByteCount, let other = new.zipByteCount, one != other else { return names }
        return names + "; the archives differ in their order, times or compression only"
    }

    private func line(of package: ContentsDifference.PackageChange, _ style: TextStyle) -> String {
        let (one, other) = (package.oldVersions.joined(separator: ", "), package.newVersions.joined(separator: ", "))
        let bytes = (package.newSize?.bytes ?? 0) - (package.oldSize?.bytes ?? 0)
        let name = package.name.onOneLine
        if package.oldSize == nil {
            return style.green("+ \(name) \(other.onOneLine)") + "  \(Self.signed(bytes))"
        }
        if package.newSize == nil {
            return style.red("- \(name) \(one.onOneLine)") + "  \(Self.signed(bytes))"
        }
        let versions = one == other ? one : "\(one) → \(other)"
        let files = LayerInspectReport.count(package.changedFiles, "file")
        return style.yellow("~ \(name) \(versions.onOneLine)") + "  \(Self.signed(bytes)), \(files)"
    }

    private func line(of change: ContentsDifference.Change, _ style: TextStyle) -> String {
        let path = change.path.onOneLine
        guard let old = change.old else {
            return style.green("  + \(path)") + Self.size(change.new)
        }
        guard let new = change.new else { return style.red("  - \(path)") + Self.size(change.old) }
        return style.yellow("  ~ \(path)") + "  " + Self.reasons(old, new, change).joined(separator: ", ").onOneLine
    }

    /// What is different of a path that both have.
    private static func reasons(
        _ old: PackageFile, _ new: PackageFile, _ change: ContentsDifference.Change
    ) -> [String] {
        guard old.kind == new.kind || (old.isLink && new.isLink) else { return ["\(word(old)) → \(word(new))"] }
        if case .link(let one) = old.kind, case .link(let other) = new.kind { return ["-> \(one) → -> \(other)"] }
        return (change.hasOtherBytes ? ["\(signed(new.size - old.size))"] : [])
            + (old.mode != new.mode ? ["mode \(mode(old)) → \(mode(new))"] : [])
    }

    private static func word(_ file: PackageFile) -> String {
        switch file.kind {
        case .file: "file"
        case .directory: "folder"
        case .link(let target): "link to \(target)"
        }
    }

    private static func mode(_ file: PackageFile) -> String { file.mode.map { String($0, radix: 8) } ?? "none" }

    private static func size(_ file: PackageFile?) -> String {
        guard let file, file.kind == .file else { return "" }
        return "  \(ByteCount.text(file.size))"
    }

    /// `+1.2 KB`, `-300 bytes`, `same size`.
    static func signed(_ bytes: Int) -> String {
        if bytes == 0 { return "same size" }
        return (bytes > 0 ? "+" : "-") + ByteCount.text(abs(bytes))
    }

    private var sizes: String {
        let counts = [
            ("added", difference.changes.count { $0.old == nil }),
            ("removed", difference.changes.count { $0.new == nil }),
            ("changed", difference.changes.count { $0.old != nil && $0.new != nil }),
        ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        let files = "files: \(counts)"
        let unpacked = "unpacked \(ByteCount.text(old.size.bytes)) → \(ByteCount.text(new.size.bytes))"
        guard let one = old.zipByteCount, let other = new.zipByteCount else { return "\(files); \(unpacked)" }
        return "\(files); \(unpacked); zipped \(ByteCount.text(one)) → \(ByteCount.text(other))"
    }

    /// The report as JSON.
    var document: AWSValue {
        .structure([
            "equal": .boolean(difference.isEmpty), "old": Self.document(of: old), "new": Self.document(of: new),
            "packages": .list(difference.packages.map(Self.document)),
            "files": .list(
                difference.changes.map { change in
                    .structure([
                        "path": .string(change.path), "bytesDiffer": .boolean(change.hasOtherBytes),
                        "old": change.old.map(Self.document) ?? .null, "new": change.new.map(Self.document) ?? .null,
                    ])
                }),
        ])
    }

    private static func document(of side: Side) -> AWSValue {
        .structure([
            "name": .string(side.name), "fileCount": .integer(Int64(side.size.files)),
            "unzippedBytes": .integer(Int64(side.size.bytes)),
            "zippedBytes": side.zipByteCount.map { .integer(Int64($0)) } ?? .null,
        ])
    }

    private static func document(of package: ContentsDifference.PackageChange) -> AWSValue {
        .structure([
            "name": .string(package.name), "oldVersions": .list(package.oldVersions.map { .string($0) }),
            "newVersions": .list(package.newVersions.map { .string($0) }),
            "oldBytes": package.oldSize.map { .integer(Int64($0.bytes)) } ?? .null,
            "newBytes": package.newSize.map { .integer(Int64($0.bytes)) } ?? .null,
            "changedFiles": .integer(Int64(package.changedFiles)),
        ])
    }

    private static func document(of file: PackageFile) -> AWSValue {
        var members: [String: AWSValue] = [
            "kind": .string(file.isLink ? "link" : file.isDirectory ? "folder" : "file"),
            "bytes": .integer(Int64(file.size)), "mode": file.mode.map { .string(String($0, radix: 8)) } ?? .null,
        ]
        if case .link(let target) = file.kind { members["target"] = .string(target) }
        return .structure(members)
    }
}
