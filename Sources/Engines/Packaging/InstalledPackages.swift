internal import Digest
internal import LinuxSystem

/// The packages that were installed into a folder, without host-specific files.
struct InstalledPackages {
    let folder: String

    /// All entries for a package, in order; their `RECORD` files list only these.
    func entries() throws(PackagingError) -> [PackageEntry] {
        let all = try FolderListing(isExcluded: HostSpecificFiles.isHostSpecific).entries(of: folder)
        var entries: [PackageEntry] = []
        for entry in all where try !isLauncher(entry) { entries.append(entry) }
        return try InstalledRecord.corrected(entries)
    }

    /// The packages, by the metadata of their `.dist-info` folders, in the order of their names.
    static func packages(in entries: [PackageEntry]) throws(PackagingError) -> [LayerPackage] {
        var records: [Substring: SHA256Digest] = [:]
        for entry in entries where entry.path.hasSuffix(InstalledRecord.suffix) {
            records[entry.path.dropLast("/RECORD".count)] = SHA256Digest(hashing: try entry.bytes())
        }
        var packages: [LayerPackage] = []
        for entry in entries where entry.path.hasSuffix(".dist-info/METADATA") {
            let digest = records[entry.path.dropLast("/METADATA".count)].map { "sha256:\($0.hex)" }
            packages.append(package(try entry.bytes(), digest: digest ?? ""))
        }
        return packages.sorted { ($0.url, $0.digest) < ($1.url, $1.digest) }
    }

    /// Reads the headers of `METADATA` (<https://packaging.python.org/en/latest/specifications/core-metadata/>).
    private static func package(_ metadata: [UInt8], digest: String) -> LayerPackage {
        var fields: [Substring: [Substring]] = [:]
        for line in String(decoding: metadata, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        {
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":"), !line.hasPrefix(" ") else { continue }
            let value = line[line.index(after: colon)...].drop(while: \.isWhitespace)
            fields[line[..<colon], default: []].append(value)
        }
        // What an extra needs is there only where that extra was asked for.
        let needed = (fields["Requires-Dist"] ?? []).filter { !$0.contains("extra ==") }.map { requirement in
            LayerPackage.normalized(
                requirement.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." })
        }
        return LayerPackage(
            kind: .pypi, name: String(fields["Name"]?.first ?? ""), version: String(fields["Version"]?.first ?? ""),
            digest: digest, license: String(fields["License-Expression"]?.first ?? ""),
            dependencies: Set(needed).sorted())
    }

    private func isLauncher(_ entry: PackageEntry) throws(PackagingError) -> Bool {
        guard entry.path.hasPrefix("bin/"), case .file(let hostPath, _, _) = entry.content else { return false }
        let start = try PackagingError.wrapping { () throws(SystemCallError) in
            try FileDescriptor.open(FilePath(hostPath), [.read]).bytes(count: 1024, at: 0)
        }
        return HostSpecificFiles.isLauncher(path: entry.path, start: start)
    }
}
