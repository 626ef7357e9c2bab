internal import Digest
internal import Glibc
internal import LinuxSystem

/// Whole files of this host, by path.
enum HostFile {
    /// The content of a file; `nil` where there is none.
    static func readIfPresent(_ path: String) throws(SystemCallError) -> [UInt8]? {
        do {
            return try WholeFile.content(path)
        } catch {
            guard error.number == ENOENT else { throw error }
            return nil
        }
    }

    /// Writes a file in place: for files that no other program reads yet.
    static func write(_ bytes: [UInt8], to path: String) throws(SystemCallError) {
        try FileDescriptor.open(FilePath(path), [.write, .create, .truncate], mode: 0o644).write(all: bytes)
    }

    /// Removes a file or folder. Best effort: what remains does no harm.
    static func remove(_ path: String) {
        let here = try? FileDescriptor.open(".", [.read, .directory])  // see above
        try? here?.removeTree(at: FilePath(path))  // see above
    }

    /// Makes a folder and those that it is in.
    static func makeFolders(_ path: String) throws(SystemCallError) {
        let here = try FileDescriptor.open(".", [.read, .directory])
        let names = path.split(separator: "/")
        let start = path.hasPrefix("/") ? "/" : ""
        for count in 1..<(names.count + 1) {
            let folder = start + names.prefix(count).joined(separator: "/")
            if try here.statusIfPresent(at: FilePath(folder)) == nil {
                try here.ensureDirectory(at: FilePath(folder), mode: 0o755)
            }
        }
    }

    /// What a path is; `nil` where there is nothing. Links are followed.
    static func kind(of path: String) -> FileStatus.Kind? {
        // What cannot be opened counts as nothing here, and is reported by the program that reads it.
        try? FileDescriptor.open(FilePath(path), [.read]).status().kind  // see above
    }

    /// The SHA-256 and the size of a file's content.
    static func digest(of path: String) throws(SystemCallError) -> (SHA256Digest, byteCount: Int) {
        let file = try FileDescriptor.open(FilePath(path), [.read])
        var hasher = SHA256Hasher()
        var position = 0
        while true {
            let piece = try file.bytes(count: 1 << 20, at: position)
            if piece.isEmpty { return (hasher.finalize(), position) }
            piece.withUnsafeBytes { hasher.update($0) }
            position += piece.count
        }
    }
}
