public import Digest
internal import Domain

/// The result of packaging: sizes, and warnings for AWS's limits.
public struct PackageReport: Hashable, Sendable {
    /// One top-level package and the bytes of its files, unpacked.
    public struct Share: Hashable, Sendable {
        /// The name of the top-level folder or file.
        public let name: String
        /// Bytes of all its files.
        public let byteCount: Int
    }

    /// A file or folder that is not packed.
    public struct LeftOut: Hashable, Sendable {
        /// Its path below the code folder.
        public let path: String
        /// The pattern, or the file in it, that leaves it out.
        public let rule: String
    }

    /// The path of the zip.
    public let path: String
    /// SHA-256 of the zip: in base64, what `CodeSha256` will be.
    public let digest: SHA256Digest
    /// Bytes of the zip.
    public let zippedBytes: Int
    /// Bytes of the files in it.
    public let unzippedBytes: Int
    /// How many files and links it holds.
    public let fileCount: Int
    /// The largest parts first, at most five.
    public let largest: [Share]
    /// What was not packed of the code folder, in the order of the paths.
    public let leftOut: [LeftOut]

    /// What was not packed, in words: the paths of a rule, or their number where they are many. The file with the
    /// rules is no news, and neither is that of layers.
    public var leftOutTexts: [String] {
        let news = leftOut.filter { $0.rule != IgnoreRules.fileName && $0.rule != LayerLock.fileName }
        var seen: Set<String> = []
        return news.map(\.rule).filter { seen.insert($0).inserted }.flatMap { rule -> [String] in
            let paths = news.filter { $0.rule == rule }.map(\.path)
            let why = rule == IgnoreRules.virtualEnvironmentFile ? " (virtual environment)" : ""
            return paths.count > Self.namedPaths ? ["\(paths.count) × \(rule)"] : paths.map { $0 + why }
        }
    }

    private static let namedPaths = 3

    /// One sentence for each of AWS's limits that the package exceeds.
    public var warnings: [String] {
        var warnings: [String] = []
        let parts = largest.map { "\($0.name) \(ByteCount.text($0.byteCount))" }.joined(separator: ", ")
        if zippedBytes > LambdaLimits.zippedUploadBytes {
            warnings.append(
                "the zip is \(ByteCount.text(zippedBytes)): AWS takes 50 MB in a request, and more only from S3")
        }
        if unzippedBytes > LambdaLimits.unzippedBytes {
            warnings.append(
                "unpacked it is \(ByteCount.text(unzippedBytes)), and a function with all its layers may have 250 MB; "
                    + "the largest parts: \(parts)")
        }
        return warnings
    }

    /// Bytes by the first `depth + 1` names of the path: 0 for the root of the zip, 1 below `python/`.
    static func shares(of entries: [PackageEntry], depth: Int) -> [Share] {
        var bytes: [String: Int] = [:]
        for entry in entries {
            let names = entry.path.split(separator: "/")
            bytes[String(names[min(depth, names.count - 1)]), default: 0] += entry.byteCount
        }
        let shares = bytes.map { Share(name: $0.key, byteCount: $0.value) }
        return Array(shares.sorted { ($1.byteCount, $0.name) < ($0.byteCount, $1.name) }.prefix(5))
    }
}
