internal import Digest
internal import LinuxSystem

/// What builds have made of files that they will meet again: bytecode, and compressed content. In a folder of the user.
///
/// Everything in it can be made again, so no error is reported: what cannot be read is made, what cannot be written is
/// not kept. Each file has its own digest at its end, and one that does not agree is not used. Safe on any thread, and
/// for several programs at once.
struct BuildCache: Sendable {
    /// Its folder, which is made when it is needed.
    let folder: String

    /// Names what is kept: of what it was made, and how.
    static func key(_ parts: String...) -> SHA256Digest {
        SHA256Digest(hashing: Array(parts.joined(separator: "\0").utf8))
    }

    /// What is kept under a key; `nil` for nothing.
    func content(_ key: SHA256Digest) -> [UInt8]? {
        // See above.
        guard let bytes = try? HostFile.readIfPresent(path(of: key)), bytes.count >= Self.digestBytes else {
            return nil
        }
        let content = Array(bytes.dropLast(Self.digestBytes))
        return SHA256Digest(hashing: content).bytes == Array(bytes.suffix(Self.digestBytes)) ? content : nil
    }

    /// Keeps bytes under a key.
    func keep(_ bytes: [UInt8], as key: SHA256Digest) {
        let path = path(of: key)
        let names = path.split(separator: "/", omittingEmptySubsequences: false)
        try? HostFile.makeFolders(names.dropLast().joined(separator: "/"))  // see above
        try? FileReplacement(of: path).write(bytes + SHA256Digest(hashing: bytes).bytes)  // see above
    }

    /// Removes the oldest files until the rest has so many bytes.
    func trim(to byteCount: Int = largestBytes) {
        var files: [(path: String, status: FileStatus)] = []
        for name in Self.names(in: folder) {
            for file in Self.names(in: "\(folder)/\(name)") {
                let path = "\(folder)/\(name)/\(file)"
                // One that another program has just removed.
                guard let status = try? FileDescriptor.open(FilePath(path), [.read]).status() else { continue }
                files.append((path, status))
            }
        }
        var rest = files.reduce(0) { $0 + $1.status.size }
        files.sort {
            ($0.status.modificationTimeSeconds, $0.path) < ($1.status.modificationTimeSeconds, $1.path)
        }
        for file in files where rest > byteCount {
            rest -= file.status.size
            HostFile.remove(file.path)
        }
    }

    /// Some builds of large layers.
    private static let largestBytes = 1 << 30
    private static let digestBytes = 32

    private func path(of key: SHA256Digest) -> String { "\(folder)/\(key.hex.prefix(2))/\(key.hex)" }

    private static func names(in folder: String) -> [String] {
        // See above.
        (try? FileDescriptor.open(FilePath(folder), [.read, .directory]).entryNames().map(\.description)) ?? []
    }
}
