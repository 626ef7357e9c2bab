internal import Digest
internal import LinuxSystem

/// The `RECORD` files of installed packages, which list files with their digests.
///
/// Source: <https://packaging.python.org/en/latest/specifications/recording-installed-packages/>.
struct InstalledRecord {
    /// The suffix of their paths.
    static let suffix = ".dist-info/RECORD"

    /// The entries with `RECORD` files that list only what is there.
    ///
    /// - Parameters:
    ///   - entries: all of one folder of packages, by their paths below it.
    ///   - changed: the paths of files whose content is not that of the wheel.
    static func corrected(
        _ entries: [PackageEntry], changed: Set<String> = []
    ) throws(PackagingError) -> [PackageEntry] {
        let files = Dictionary(entries.map { ($0.path, $0) }) { first, _ in first }
        var corrected: [PackageEntry] = []
        for entry in entries {
            guard entry.path.hasSuffix(suffix) else {
                corrected.append(entry)
                continue
            }
            var text = ""
            for line in try String(decoding: entry.bytes(), as: UTF8.self).split(whereSeparator: \.isNewline) {
                guard let file = files[path(of: line)] else { continue }
                text += changed.contains(file.path) ? try Self.line(for: file) : "\(line)\n"
            }
            corrected.append(PackageEntry(path: entry.path, content: .bytes(Array(text.utf8))))
        }
        return corrected
    }

    /// The path is first. One with a comma is in quotation marks, which are doubled in it.
    private static func path(of line: Substring) -> String {
        guard line.first == "\"" else { return String(line.prefix { $0 != "," }) }
        var (path, rest) = ("", line.dropFirst())
        while let end = rest.firstIndex(of: "\"") {
            path += rest[..<end]
            rest = rest[rest.index(after: end)...]
            guard rest.first == "\"" else { break }
            path += "\""
            rest = rest.dropFirst()
        }
        return path
    }

    private static func line(for file: PackageEntry) throws(PackagingError) -> String {
        let bytes = try file.bytes()
        let digest = SHA256Digest(hashing: bytes).base64.prefix { $0 != "=" }
        let text = digest.replacing("+", with: "-").replacing("/", with: "_")
        let path = file.path.contains(",") ? "\"\(file.path.replacing("\"", with: "\"\""))\"" : file.path
        return "\(path),sha256=\(text),\(bytes.count)\n"
    }
}

extension PackageEntry {
    /// The content of a file.
    func bytes() throws(PackagingError) -> [UInt8] {
        switch content {
        case .file(let hostPath, _, _):
            try PackagingError.wrapping { () throws(SystemCallError) in try WholeFile.content(hostPath) }
        case .bytes(let bytes): bytes
        case .symbolicLink, .emptyDirectory: []
        }
    }
}
