internal import CLinux
internal import Glibc

/// Calls that make, change and remove names below a directory. None of them follows a symbolic link at the path's end.
extension FileDescriptor {
    /// Makes a directory (mkdirat(2)); permission bits are less the process's umask.
    public borrowing func makeDirectory(at path: FilePath, mode: UInt32 = 0o700) throws(SystemCallError) {
        let number = rawValue
        try Self.check("mkdirat", path, path.withCString("mkdirat") { mkdirat(number, $0, mode) })
    }

    /// Makes a directory unless one is there already. The parent must be there.
    public borrowing func ensureDirectory(at path: FilePath, mode: UInt32 = 0o700) throws(SystemCallError) {
        do {
            try makeDirectory(at: path, mode: mode)
        } catch {
            guard error.number == EEXIST, try status(at: path).kind == .directory else { throw error }
        }
    }

    /// Gives a file below this directory one more name, below another (linkat(2)).
    public borrowing func link(
        at path: FilePath, to directory: borrowing FileDescriptor, _ newPath: FilePath
    ) throws(SystemCallError) {
        let (from, to) = (rawValue, directory.rawValue)
        let result = try FilePath.withCStrings("linkat", path, newPath) { linkat(from, $0, to, $1, 0) }
        try Self.check("linkat", newPath, result)
    }

    /// Moves a name; what had the new name is replaced in one step (renameat(2)).
    public borrowing func rename(
        at path: FilePath, to directory: borrowing FileDescriptor, _ newPath: FilePath
    ) throws(SystemCallError) {
        let (from, to) = (rawValue, directory.rawValue)
        let result = try FilePath.withCStrings("renameat", path, newPath) { renameat(from, $0, to, $1) }
        try Self.check("renameat", newPath, result)
    }

    /// Moves a name; fails with `EEXIST` when the new name is taken (renameat2(2), `RENAME_NOREPLACE`).
    public borrowing func renameWithoutReplacing(
        at path: FilePath, to directory: borrowing FileDescriptor, _ newPath: FilePath
    ) throws(SystemCallError) {
        let (from, to) = (rawValue, directory.rawValue)
        let result = try FilePath.withCStrings("renameat2", path, newPath) {
            clinux_rename_without_replacing(from, $0, to, $1)
        }
        try Self.check("renameat2", newPath, result)
    }

    /// Makes two names change places in one step (renameat2(2), `RENAME_EXCHANGE`).
    public borrowing func exchange(
        _ path: FilePath, with directory: borrowing FileDescriptor, _ otherPath: FilePath
    ) throws(SystemCallError) {
        let (one, other) = (rawValue, directory.rawValue)
        let result = try FilePath.withCStrings("renameat2", path, otherPath) {
            clinux_exchange_names(one, $0, other, $1)
        }
        try Self.check("renameat2", otherPath, result)
    }

    /// Makes a symbolic link (symlinkat(2)).
    public borrowing func makeSymbolicLink(at path: FilePath, target: FilePath) throws(SystemCallError) {
        let number = rawValue
        let result = try FilePath.withCStrings("symlinkat", target, path) { symlinkat($0, number, $1) }
        try Self.check("symlinkat", path, result)
    }

    /// Where a symbolic link points (readlinkat(2)).
    public borrowing func target(ofSymbolicLinkAt path: FilePath) throws(SystemCallError) -> FilePath {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let number = rawValue
        let count = try path.withCString("readlinkat") { readlinkat(number, $0, &buffer, buffer.count) }
        guard count >= 0 else { throw SystemCallError("readlinkat \(path)") }
        return FilePath(buffer.prefix(count).map { UInt8(bitPattern: $0) })
    }

    /// Removes a name that is not a directory's (unlinkat(2)).
    public borrowing func removeFile(at path: FilePath) throws(SystemCallError) {
        let number = rawValue
        try Self.check("unlinkat", path, path.withCString("unlinkat") { unlinkat(number, $0, 0) })
    }

    /// Removes an empty directory (unlinkat(2), `AT_REMOVEDIR`).
    public borrowing func removeDirectory(at path: FilePath) throws(SystemCallError) {
        let number = rawValue
        try Self.check("unlinkat", path, path.withCString("unlinkat") { unlinkat(number, $0, AT_REMOVEDIR) })
    }

    private static func check(_ call: String, _ path: FilePath, _ result: Int32) throws(SystemCallError) {
        guard result == 0 else { throw SystemCallError("\(call) \(path)") }
    }
}
