internal import Glibc

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

    /// Gives a directory's owner all permissions on it.
    private borrowing func makeAccessible(_ path: FilePath) throws(SystemCallError) {
        let number = rawValue
        let result = try path.withCString("fchmodat") { fchmodat(number, $0, 0o700, 0) }
        guard result == 0 else { throw SystemCallError("fchmodat \(path)") }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
        withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    }
}
