internal import CLinux
internal import Glibc

// Calls on names below a directory. None follows a symbolic link at the path's end.
extension FileDescriptor {
    /// The names in this directory without `.` and `..`, in no particular order (readdir(3)).
    public borrowing func entryNames() throws(SystemCallError) -> [FilePath] {
        // Opened anew, because reading a directory moves the file position, which duplicated descriptors share.
        let own = try open(at: ".", [.read, .directory]).release()
        guard let stream = fdopendir(own) else {
            let error = SystemCallError("fdopendir")
            _ = Glibc.close(own)
            throw error
        }
        defer { closedir(stream) }
        var names: [FilePath] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = Self.name(of: entry)
            if name != [UInt8(ascii: ".")], name != Array("..".utf8) { names.append(FilePath(name)) }
        }
        guard errno == 0 else { throw SystemCallError("readdir") }
        return names
    }

    /// Removes a file or a whole directory tree below this directory. A name that does not exist is no error.
    ///
    /// Directories that their owner may not enter are made accessible first. Symbolic links are removed, not followed.
    public borrowing func removeTree(at path: FilePath) throws(SystemCallError) {
        guard let status = try statusIfPresent(at: path) else { return }
        guard status.kind == .directory else { return try removeFile(at: path) }
        if status.mode & 0o700 != 0o700 { try makeAccessible(path) }
        let directory = try open(at: path, [.read, .directory, .noFollow])
        for name in try directory.entryNames() { try directory.removeTree(at: name) }
        try removeDirectory(at: path)
    }

    /// The status of a name below this directory; `nil` when the name does not exist.
    public borrowing func statusIfPresent(at path: FilePath) throws(SystemCallError) -> FileStatus? {
        do {
            return try status(at: path)
        } catch {
            guard error.number == ENOENT else { throw error }
            return nil
        }
    }

    /// Creates a directory (mkdirat(2)); the umask applies to `mode`.
    public borrowing func makeDirectory(at path: FilePath, mode: UInt32 = 0o700) throws(SystemCallError) {
        let number = rawValue
        try Self.check("mkdirat", path, path.withCString("mkdirat") { mkdirat(number, $0, mode) })
    }

    /// Creates a directory unless it exists. Its parent must exist.
    public borrowing func ensureDirectory(at path: FilePath, mode: UInt32 = 0o700) throws(SystemCallError) {
        do {
            try makeDirectory(at: path, mode: mode)
        } catch {
            guard error.number == EEXIST, try status(at: path).kind == .directory else { throw error }
        }
    }

    /// Creates a hard link below `directory` to a file below this one (linkat(2)).
    public borrowing func link(
        at path: FilePath, to directory: borrowing FileDescriptor, _ newPath: FilePath
    ) throws(SystemCallError) {
        let (from, to) = (rawValue, directory.rawValue)
        let result = try FilePath.withCStrings("linkat", path, newPath) { linkat(from, $0, to, $1, 0) }
        try Self.check("linkat", newPath, result)
    }

    /// Renames a file or directory; an existing target is replaced atomically (renameat(2)).
    public borrowing func rename(
        at path: FilePath, to directory: borrowing FileDescriptor, _ newPath: FilePath
    ) throws(SystemCallError) {
        let (from, to) = (rawValue, directory.rawValue)
        let result = try FilePath.withCStrings("renameat", path, newPath) { renameat(from, $0, to, $1) }
        try Self.check("renameat", newPath, result)
    }

    /// Renames a file or directory; fails with `EEXIST` when the target exists (renameat2(2), `RENAME_NOREPLACE`).
    public borrowing func renameWithoutReplacing(
        at path: FilePath, to directory: borrowing FileDescriptor, _ newPath: FilePath
    ) throws(SystemCallError) {
        let (from, to) = (rawValue, directory.rawValue)
        let result = try FilePath.withCStrings("renameat2", path, newPath) {
            clinux_rename_without_replacing(from, $0, to, $1)
        }
        try Self.check("renameat2", newPath, result)
    }

    /// Exchanges two names atomically (renameat2(2), `RENAME_EXCHANGE`).
    public borrowing func exchange(
        _ path: FilePath, with directory: borrowing FileDescriptor, _ otherPath: FilePath
    ) throws(SystemCallError) {
        let (one, other) = (rawValue, directory.rawValue)
        let result = try FilePath.withCStrings("renameat2", path, otherPath) {
            clinux_exchange_names(one, $0, other, $1)
        }
        try Self.check("renameat2", otherPath, result)
    }

    /// Creates a symbolic link (symlinkat(2)).
    public borrowing func makeSymbolicLink(at path: FilePath, target: FilePath) throws(SystemCallError) {
        let number = rawValue
        let result = try FilePath.withCStrings("symlinkat", target, path) { symlinkat($0, number, $1) }
        try Self.check("symlinkat", path, result)
    }

    /// The target of a symbolic link (readlinkat(2)).
    public borrowing func target(ofSymbolicLinkAt path: FilePath) throws(SystemCallError) -> FilePath {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let number = rawValue
        let count = try path.withCString("readlinkat") { readlinkat(number, $0, &buffer, buffer.count) }
        guard count >= 0 else { throw SystemCallError("readlinkat \(path)") }
        return FilePath(buffer.prefix(count).map { UInt8(bitPattern: $0) })
    }

    /// Removes a name that is not a directory (unlinkat(2)).
    public borrowing func removeFile(at path: FilePath) throws(SystemCallError) {
        let number = rawValue
        try Self.check("unlinkat", path, path.withCString("unlinkat") { unlinkat(number, $0, 0) })
    }

    /// Removes an empty directory (unlinkat(2), `AT_REMOVEDIR`).
    public borrowing func removeDirectory(at path: FilePath) throws(SystemCallError) {
        let number = rawValue
        try Self.check("unlinkat", path, path.withCString("unlinkat") { unlinkat(number, $0, AT_REMOVEDIR) })
    }

    /// Gives a directory's owner all permissions on it.
    private borrowing func makeAccessible(_ path: FilePath) throws(SystemCallError) {
        let number = rawValue
        let result = try path.withCString("fchmodat") { fchmodat(number, $0, 0o700, 0) }
        guard result == 0 else { throw SystemCallError("fchmodat \(path)") }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    }

    private static func check(_ call: String, _ path: FilePath, _ result: Int32) throws(SystemCallError) {
        guard result == 0 else { throw SystemCallError("\(call) \(path)") }
    }
}
